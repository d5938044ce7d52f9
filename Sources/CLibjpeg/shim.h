// libjpeg reports errors through error_exit, which must not return, so by longjmp, which must never
// cross Swift frames. Each wrapper here runs a whole phase under its own setjmp and returns a status.
// State that is read after a jump lives in the reader, never in a local variable.
// Status: 0 is success; 1 is an error, its text is in `message`.

#ifndef ZL_LIBJPEG_SHIM_H
#define ZL_LIBJPEG_SHIM_H

#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// More scans than any encoder writes, 25 of the largest pictures: a scan may take a few bytes and still go over
// every pixel, so a file of many empty scans would otherwise take hours.
#define ZL_JPEG_MAXIMUM_SCANS 500
#define ZL_JPEG_MAXIMUM_SCANNED_PIXELS 2500000000u

// Reads one JPEG from memory. `bytes` belongs to the caller and outlives the reader.
typedef struct zl_jpeg_reader {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    int is_truncated;
    char message[JMSG_LENGTH_MAX];
} zl_jpeg_reader;

static inline void zl_jpeg_fail(j_common_ptr info) {
    zl_jpeg_reader *reader = (zl_jpeg_reader *)info->client_data;
    (*info->err->format_message)(info, reader->message);
    longjmp(reader->jump, 1);
}

// Corrupt data is only a warning to libjpeg, which then paints grey; here it is an error.
// Oddities that leave the picture whole stay warnings.
static inline void zl_jpeg_emit(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
    case JWRN_TOO_MUCH_DATA:
        return;
    default:
        zl_jpeg_fail(info);
    }
}

static inline void zl_jpeg_discard_message(j_common_ptr info) {
    (void)info;
}

static inline void zl_jpeg_source_start(j_decompress_ptr info) {
    (void)info;
}

static inline boolean zl_jpeg_source_fill(j_decompress_ptr info) {
    zl_jpeg_reader *reader = (zl_jpeg_reader *)info->client_data;
    reader->is_truncated = 1;
    ERREXIT(info, JERR_INPUT_EOF);
    return FALSE;
}

static inline void zl_jpeg_source_skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if ((size_t)count > info->src->bytes_in_buffer) {
        zl_jpeg_source_fill(info);
        return;
    }
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= (size_t)count;
}

static inline void zl_jpeg_source_end(j_decompress_ptr info) {
    (void)info;
}

static inline void zl_jpeg_watch_scans(j_common_ptr common) {
    j_decompress_ptr info = (j_decompress_ptr)common;
    uint64_t pixels = (uint64_t)info->image_width * info->image_height;
    uint64_t limit = ZL_JPEG_MAXIMUM_SCANNED_PIXELS / (pixels ? pixels : 1);
    if (limit > ZL_JPEG_MAXIMUM_SCANS) limit = ZL_JPEG_MAXIMUM_SCANS;
    if ((uint64_t)info->input_scan_number > limit) {
        zl_jpeg_reader *reader = (zl_jpeg_reader *)info->client_data;
        snprintf(reader->message, sizeof reader->message, "more than %d scans", (int)limit);
        longjmp(reader->jump, 1);
    }
}

static inline const char *zl_jpeg_message(const zl_jpeg_reader *reader) {
    return reader->message;
}

static inline uint32_t zl_jpeg_width(const zl_jpeg_reader *reader) {
    return reader->info.image_width;
}

static inline uint32_t zl_jpeg_height(const zl_jpeg_reader *reader) {
    return reader->info.image_height;
}

static inline int zl_jpeg_components(const zl_jpeg_reader *reader) {
    return reader->info.num_components;
}

static inline int zl_jpeg_is_arithmetic(const zl_jpeg_reader *reader) {
    return reader->info.arith_code;
}

static inline int zl_jpeg_is_truncated(const zl_jpeg_reader *reader) {
    return reader->is_truncated;
}

static inline void zl_jpeg_close(zl_jpeg_reader *reader) {
    if (!reader) return;
    jpeg_destroy_decompress(&reader->info);
    free(reader);
}

// Swift cannot call jpeg_create_decompress: it is a macro, and it leaves by longjmp.
// Returns NULL where memory is short.
static inline zl_jpeg_reader *zl_jpeg_open(const uint8_t *bytes, size_t count) {
    zl_jpeg_reader *reader = (zl_jpeg_reader *)calloc(1, sizeof(zl_jpeg_reader));
    if (!reader) return NULL;
    reader->info.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = zl_jpeg_fail;
    reader->errors.emit_message = zl_jpeg_emit;
    reader->errors.output_message = zl_jpeg_discard_message;
    reader->info.client_data = reader;
    if (setjmp(reader->jump)) {
        zl_jpeg_close(reader);
        return NULL;
    }
    jpeg_create_decompress(&reader->info);
    reader->info.client_data = reader;
    reader->source.init_source = zl_jpeg_source_start;
    reader->source.fill_input_buffer = zl_jpeg_source_fill;
    reader->source.skip_input_data = zl_jpeg_source_skip;
    reader->source.resync_to_restart = jpeg_resync_to_restart;
    reader->source.term_source = zl_jpeg_source_end;
    reader->source.next_input_byte = bytes;
    reader->source.bytes_in_buffer = count;
    reader->info.src = &reader->source;
    reader->progress.progress_monitor = zl_jpeg_watch_scans;
    reader->info.progress = &reader->progress;
    return reader;
}

// Swift cannot call jpeg_read_header: it leaves by longjmp.
static inline int zl_jpeg_read_header(zl_jpeg_reader *reader) {
    if (setjmp(reader->jump)) return 1;
    jpeg_read_header(&reader->info, TRUE);
    return 0;
}

// Reads every row and the end of the file into height × width × components bytes:
// grey, RGB, or CMYK as stored. Integer transform and smooth upsampling, libjpeg's defaults.
// Swift cannot call jpeg_read_scanlines: it leaves by longjmp.
static inline int zl_jpeg_read_pixels(zl_jpeg_reader *reader, uint8_t *out) {
    struct jpeg_decompress_struct *info = &reader->info;
    if (setjmp(reader->jump)) return 1;
    switch (info->num_components) {
    case 1: info->out_color_space = JCS_GRAYSCALE; break;
    case 3: info->out_color_space = JCS_RGB; break;
    default: info->out_color_space = JCS_CMYK; break;
    }
    jpeg_start_decompress(info);
    if (info->output_width != info->image_width || info->output_height != info->image_height
        || info->output_components != info->num_components) {
        ERREXIT(info, JERR_BAD_STATE);
    }
    size_t stride = (size_t)info->output_width * (size_t)info->output_components;
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = out + (size_t)info->output_scanline * stride;
        if (jpeg_read_scanlines(info, &row, 1) != 1) ERREXIT(info, JERR_CANT_SUSPEND);
    }
    jpeg_finish_decompress(info);
    return 0;
}

#endif
