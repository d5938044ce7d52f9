#ifndef ZL_LIBEDIT_SHIM_H
#define ZL_LIBEDIT_SHIM_H

#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

// A Unicode scalar crosses as uint32_t: wchar_t is int on x86-64, unsigned int on arm64; the two may alias.
_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "wchar_t must hold a Unicode scalar");

/// What the editor calls back. Lives as long as the editor; `owner` is handed to every call.
typedef struct zl_hooks {
    void *owner;
    /// The prompt, ended by 0; escape sequences stand between two U+0001.
    const uint32_t *prompt;
    /// Reads one scalar: 1 read, 0 end of input, -1 failed (errno says why).
    int (*read_scalar)(void *owner, uint32_t *scalar);
    /// Completes the word at the cursor; returns a CC_ code.
    int (*complete)(void *owner);
    /// Takes in the text of a bracketed paste; returns a CC_ code.
    int (*paste)(void *owner);
    /// One of the keys below; returns a CC_ code.
    int (*key)(void *owner, int key);
} zl_hooks;

/// Keys whose meaning depends on the text.
enum { ZL_ENTER, ZL_NEW_LINE, ZL_UP, ZL_DOWN, ZL_LINE_START, ZL_LINE_END, ZL_CLOSE };

// The client data comes back through a variadic el_wget.
static inline zl_hooks *zl_hooks_of(EditLine *editor) {
    void *hooks = NULL;
    return el_wget(editor, EL_CLIENTDATA, &hooks) == 0 ? (zl_hooks *)hooks : NULL;
}

static inline wchar_t *zl_prompt_hook(EditLine *editor) {
    static wchar_t none[1] = {0};
    zl_hooks *hooks = zl_hooks_of(editor);
    return hooks && hooks->prompt ? (wchar_t *)hooks->prompt : none;
}

static inline int zl_read_hook(EditLine *editor, wchar_t *character) {
    zl_hooks *hooks = zl_hooks_of(editor);
    return hooks ? hooks->read_scalar(hooks->owner, (uint32_t *)character) : -1;
}

static inline unsigned char zl_complete_hook(EditLine *editor, wint_t key) {
    (void)key;
    zl_hooks *hooks = zl_hooks_of(editor);
    return hooks ? (unsigned char)hooks->complete(hooks->owner) : CC_ERROR;
}

static inline unsigned char zl_paste_hook(EditLine *editor, wint_t key) {
    (void)key;
    zl_hooks *hooks = zl_hooks_of(editor);
    return hooks ? (unsigned char)hooks->paste(hooks->owner) : CC_ERROR;
}

static inline unsigned char zl_key_hook(EditLine *editor, int key) {
    zl_hooks *hooks = zl_hooks_of(editor);
    return hooks ? (unsigned char)hooks->key(hooks->owner, key) : CC_ERROR;
}

#define ZL_KEY_HOOK(name, key)                                                          \
    static inline unsigned char name(EditLine *editor, wint_t pressed) {                \
        (void)pressed;                                                                  \
        return zl_key_hook(editor, key);                                                \
    }
ZL_KEY_HOOK(zl_enter_hook, ZL_ENTER)
ZL_KEY_HOOK(zl_new_line_hook, ZL_NEW_LINE)
ZL_KEY_HOOK(zl_up_hook, ZL_UP)
ZL_KEY_HOOK(zl_down_hook, ZL_DOWN)
ZL_KEY_HOOK(zl_line_start_hook, ZL_LINE_START)
ZL_KEY_HOOK(zl_line_end_hook, ZL_LINE_END)
ZL_KEY_HOOK(zl_close_hook, ZL_CLOSE)

static inline int zl_add_key_hooks(EditLine *editor) {
    if (el_wset(editor, EL_ADDFN, L"ziplab-enter", L"Run a whole statement", zl_enter_hook) != 0) return -1;
    if (el_wset(editor, EL_ADDFN, L"ziplab-new-line", L"Begin a line", zl_new_line_hook) != 0) return -1;
    if (el_wset(editor, EL_ADDFN, L"ziplab-up", L"A line up, or back in the history", zl_up_hook) != 0) return -1;
    if (el_wset(editor, EL_ADDFN, L"ziplab-down", L"A line down, or on in the history", zl_down_hook) != 0) return -1;
    if (el_wset(editor, EL_ADDFN, L"ziplab-start", L"To the start of the line", zl_line_start_hook) != 0) return -1;
    if (el_wset(editor, EL_ADDFN, L"ziplab-end", L"To the end of the line", zl_line_end_hook) != 0) return -1;
    return el_wset(editor, EL_ADDFN, L"ziplab-close", L"Close a block", zl_close_hook);
}

// setlocale returns a string for Swift to compare. Only the character type is set, since a decimal
// comma (LC_NUMERIC) would change what the C library reads and prints. 0 when characters are UTF-8, else -1.
static inline int zl_use_utf8(void) {
    if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return 0;
    if (setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "C.utf8")) return 0;
    return -1;
}

// el_wset is variadic. Client data goes first: every later call may use a hook.
// Names given to EL_ADDFN are kept by pointer, so they must be literals.
static inline int zl_connect(EditLine *editor, zl_hooks *hooks, HistoryW *history) {
    if (el_wset(editor, EL_CLIENTDATA, (void *)hooks) != 0) return -1;
    if (el_wset(editor, EL_PROMPT_ESC, zl_prompt_hook, (int)1) != 0) return -1;
    if (el_wset(editor, EL_GETCFN, zl_read_hook) != 0) return -1;
    if (el_wset(editor, EL_SIGNAL, 0) != 0) return -1;
    if (el_wset(editor, EL_HIST, history_w, history) != 0) return -1;
    if (el_wset(editor, EL_ADDFN, L"ziplab-complete", L"Complete the word", zl_complete_hook) != 0) return -1;
    if (zl_add_key_hooks(editor) != 0) return -1;
    return el_wset(editor, EL_ADDFN, L"ziplab-paste", L"Insert pasted text as it is", zl_paste_hook);
}

// el_wset is variadic. The type is narrow even in the wide call.
static inline int zl_terminal(EditLine *editor, const char *type) {
    return el_wset(editor, EL_TERMINAL, type);
}

// el_wset is variadic.
static inline int zl_emacs_mode(EditLine *editor) { return el_wset(editor, EL_EDITOR, L"emacs"); }

// el_wget is variadic and hands out a wchar_t pointer. Whether the user's settings left emacs keys in place.
static inline int zl_is_emacs_mode(EditLine *editor) {
    const wchar_t *mode = NULL;
    return el_wget(editor, EL_EDITOR, &mode) == 0 && mode && wcscmp(mode, L"emacs") == 0;
}

// el_wset is variadic.
static inline int zl_bind(EditLine *editor, const uint32_t *keys, const uint32_t *function) {
    return el_wset(editor, EL_BIND, (const wchar_t *)keys, (const wchar_t *)function, (const wchar_t *)NULL);
}

// el_wset is variadic. Draws the prompt and the line anew from the first column of the current row.
static inline int zl_redraw(EditLine *editor) { return el_wset(editor, EL_REFRESH); }

// el_wset is variadic. 1 sets the terminal up for editing, 0 sets it back.
static inline int zl_prepare_terminal(EditLine *editor, int editing) {
    return el_wset(editor, EL_PREP_TERM, editing);
}

// history_w is variadic; its size is 0 at the start, so nothing would be kept.
static inline HistoryW *zl_history_open(int size) {
    HistEventW event;
    HistoryW *history = history_winit();
    if (history && history_w(history, &event, H_SETSIZE, size) == -1) {
        history_wend(history);
        return NULL;
    }
    return history;
}

// history_w is variadic. The entry is copied.
static inline int zl_history_enter(HistoryW *history, const uint32_t *entry) {
    HistEventW event;
    return history_w(history, &event, H_ENTER, (const wchar_t *)entry);
}

// The result is a wchar_t pointer. *count is -1 after a failed read and 0 at the end of input.
static inline const uint32_t *zl_read_line(EditLine *editor, int *count) {
    return (const uint32_t *)el_wgets(editor, count);
}

/// The line being edited, as offsets in scalars.
typedef struct zl_line {
    const uint32_t *start;
    intptr_t cursor;
    intptr_t count;
} zl_line;

// LineInfoW holds wchar_t pointers.
static inline zl_line zl_current_line(EditLine *editor) {
    const LineInfoW *info = el_wline(editor);
    const wchar_t *start = info->buffer;
    return (zl_line){(const uint32_t *)start, info->cursor - start, info->lastchar - start};
}

// The text is wchar_t.
static inline int zl_insert(EditLine *editor, const uint32_t *text) {
    return el_winsertstr(editor, (const wchar_t *)text);
}

// The text is wchar_t; it is read as if it were typed next.
static inline void zl_push(EditLine *editor, const uint32_t *text) { el_wpush(editor, (const wchar_t *)text); }

// wcwidth takes wchar_t. Columns of a scalar on the screen, -1 where it does not print.
static inline int zl_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

#endif
