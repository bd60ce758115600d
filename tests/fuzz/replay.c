/* SPDX-License-Identifier: Apache-2.0 */
/* Gives each file named to a fuzz target, once: a corpus as a test, and its coverage with gcc. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!file) {
		perror(path);
		return -1;
	}
	/* Exactly as large as the input, so that a sanitizer sees the byte behind it. */
	(void)fseek(file, 0, SEEK_END);
	size = (size_t)ftell(file);
	rewind(file);
	data = malloc(size ? size : 1);
	if (data && fread(data, 1, size, file) == size)
		(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	(void)fclose(file);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]) != 0;
	return failed;
}
