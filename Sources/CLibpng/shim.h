// libpng reports errors by longjmp, which must never cross Swift frames. So each wrapper here runs a
// whole phase (open, header, pixels, write) under its own setjmp and returns a plain status.
// State that is read after a jump lives in the reader or writer, never in a local variable.
// Status: 0 is success; 1 is an error, its text is in `message`.

#ifndef ZL_LIBPNG_SHIM_H
#define ZL_LIBPNG_SHIM_H

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ZL_PNG_MESSAGE_LENGTH 256

// Reads one PNG from memory. `bytes` belongs to the caller and outlives the reader.
typedef struct zl_png_reader {
    png_structp png;
    png_infop info;
    const uint8_t *bytes;
    size_t count;
    size_t offset;
    uint32_t width;
    uint32_t height;
    int depth;
    int color_type;
    size_t row_bytes;
    const uint8_t *palette;
    int palette_count;
    int is_truncated;
    char message[ZL_PNG_MESSAGE_LENGTH];
} zl_png_reader;

// Collects one PNG in memory.
typedef struct zl_png_writer {
    png_structp png;
    png_infop info;
    uint8_t *bytes;
    size_t count;
    size_t capacity;
    char message[ZL_PNG_MESSAGE_LENGTH];
} zl_png_writer;

static inline void zl_png_keep_message(char *message, const char *text) {
    strncpy(message, text ? text : "unknown error", ZL_PNG_MESSAGE_LENGTH - 1);
    message[ZL_PNG_MESSAGE_LENGTH - 1] = 0;
}

static inline void zl_png_reader_error(png_structp png, png_const_charp text) {
    zl_png_reader *reader = (zl_png_reader *)png_get_error_ptr(png);
    zl_png_keep_message(reader->message, text);
    png_longjmp(png, 1);
}

static inline void zl_png_writer_error(png_structp png, png_const_charp text) {
    zl_png_writer *writer = (zl_png_writer *)png_get_error_ptr(png);
    zl_png_keep_message(writer->message, text);
    png_longjmp(png, 1);
}

static inline void zl_png_ignore_warning(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static inline void zl_png_read_bytes(png_structp png, png_bytep out, size_t count) {
    zl_png_reader *reader = (zl_png_reader *)png_get_io_ptr(png);
    if (count > reader->count - reader->offset) {
        reader->is_truncated = 1;
        png_error(png, "the file ends early");
    }
    memcpy(out, reader->bytes + reader->offset, count);
    reader->offset += count;
}

static inline void zl_png_write_bytes(png_structp png, png_bytep bytes, size_t count) {
    zl_png_writer *writer = (zl_png_writer *)png_get_io_ptr(png);
    if (count > writer->capacity - writer->count) {
        if (count > SIZE_MAX / 4 || writer->capacity > SIZE_MAX / 4) png_error(png, "out of memory");
        size_t capacity = writer->capacity * 2 + count + 4096;
        uint8_t *grown = (uint8_t *)realloc(writer->bytes, capacity);
        if (!grown) png_error(png, "out of memory");
        writer->bytes = grown;
        writer->capacity = capacity;
    }
    memcpy(writer->bytes + writer->count, bytes, count);
    writer->count += count;
}

static inline void zl_png_flush(png_structp png) {
    (void)png;
}

static inline const char *zl_png_reader_message(const zl_png_reader *reader) {
    return reader->message;
}

static inline const char *zl_png_writer_message(const zl_png_writer *writer) {
    return writer->message;
}

static inline void zl_png_close(zl_png_reader *reader) {
    if (!reader) return;
    if (reader->png) png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader);
}

// Swift cannot call png_create_read_struct with callbacks that leave by longjmp.
// Returns NULL where memory is short.
static inline zl_png_reader *zl_png_open(const uint8_t *bytes, size_t count) {
    zl_png_reader *reader = (zl_png_reader *)calloc(1, sizeof(zl_png_reader));
    if (!reader) return NULL;
    reader->bytes = bytes;
    reader->count = count;
    reader->png = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, reader, zl_png_reader_error, zl_png_ignore_warning);
    if (reader->png) reader->info = png_create_info_struct(reader->png);
    if (!reader->png || !reader->info) {
        zl_png_close(reader);
        return NULL;
    }
    return reader;
}

// Swift cannot call png_read_info: it leaves by longjmp.
// Every chunk's check sum counts; colour chunks (gAMA, iCCP, sRGB, …) and tRNS change nothing.
static inline int zl_png_read_header(zl_png_reader *reader) {
    png_structp png = reader->png;
    if (setjmp(png_jmpbuf(png))) return 1;
    png_set_read_fn(png, reader, zl_png_read_bytes);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_check_for_invalid_index(png, 0);
    png_read_info(png, reader->info);
    reader->width = png_get_image_width(png, reader->info);
    reader->height = png_get_image_height(png, reader->info);
    reader->depth = png_get_bit_depth(png, reader->info);
    reader->color_type = png_get_color_type(png, reader->info);
    reader->row_bytes = png_get_rowbytes(png, reader->info);
    png_colorp palette = NULL;
    int palette_count = 0;
    if (png_get_PLTE(png, reader->info, &palette, &palette_count) && palette) {
        reader->palette = (const uint8_t *)palette;
        reader->palette_count = palette_count;
    }
    return 0;
}

// Row length after unpacking to whole bytes a sample; call it before zl_png_read_pixels.
// Swift cannot call png_read_update_info: it leaves by longjmp.
static inline int zl_png_prepare_rows(zl_png_reader *reader) {
    png_structp png = reader->png;
    if (setjmp(png_jmpbuf(png))) return 1;
    png_set_packing(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    reader->row_bytes = png_get_rowbytes(png, reader->info);
    return 0;
}

// Reads every row and the end of the file into height × row_bytes bytes.
// Swift cannot call png_read_row: it leaves by longjmp.
static inline int zl_png_read_pixels(zl_png_reader *reader, uint8_t *out) {
    png_structp png = reader->png;
    if (setjmp(png_jmpbuf(png))) return 1;
    int passes = png_get_interlace_type(png, reader->info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < reader->height; y++) {
            png_read_row(png, out + (size_t)y * reader->row_bytes, NULL);
        }
    }
    png_read_end(png, NULL);
    return 0;
}

static inline void zl_png_writer_close(zl_png_writer *writer) {
    if (!writer) return;
    if (writer->png) png_destroy_write_struct(&writer->png, &writer->info);
    free(writer->bytes);
    free(writer);
}

// Swift cannot call png_create_write_struct with callbacks that leave by longjmp.
// Returns NULL where memory is short.
static inline zl_png_writer *zl_png_writer_open(void) {
    zl_png_writer *writer = (zl_png_writer *)calloc(1, sizeof(zl_png_writer));
    if (!writer) return NULL;
    writer->png = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, writer, zl_png_writer_error, zl_png_ignore_warning);
    if (writer->png) writer->info = png_create_info_struct(writer->png);
    if (!writer->png || !writer->info) {
        zl_png_writer_close(writer);
        return NULL;
    }
    return writer;
}

// Swift cannot call png_write_row: it leaves by longjmp.
static inline int zl_png_write_rgb(
    zl_png_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, const char *software) {
    png_structp png = writer->png;
    char key[] = "Software";
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = key, .text = (char *)software};
    if (setjmp(png_jmpbuf(png))) return 1;
    png_set_write_fn(png, writer, zl_png_write_bytes, zl_png_flush);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(
        png, writer->info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png, 6);
    if (software) png_set_text(png, writer->info, &text, 1);
    png_write_info(png, writer->info);
    for (uint32_t y = 0; y < height; y++) {
        png_write_row(png, pixels + (size_t)y * width * 3);
    }
    png_write_end(png, NULL);
    return 0;
}

#endif
