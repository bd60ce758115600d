/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/macros.h"

/* FIPS 180-4 examples, and lengths around the padding's borders (55, 56, 63, 64, 65, 119, 120 times
 * "a") as sha256sum(1) gives them. */
static const struct {
	size_t n_repeats;
	const char *text;
	const char *hex;
} vectors[] = {
	{1, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{1, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{1000000, "a", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
	{55, "a", "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
	{56, "a", "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
	{63, "a", "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
	{64, "a", "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
	{65, "a", "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
	{119, "a", "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
	{120, "a", "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
};

static void a_digest_equals_the_published_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const size_t len = strlen(vectors[i].text);
		char *bytes = calloc(vectors[i].n_repeats, len + 1);
		char hex[SHA256_HEX_SIZE];

		for (size_t k = 0; k < vectors[i].n_repeats; k++)
			memcpy(bytes + k * len, vectors[i].text, len);
		sha256_hex(bytes, len * vectors[i].n_repeats, hex);
		assert_string_equal(hex, vectors[i].hex);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_equals_the_published_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
