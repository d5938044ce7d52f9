/// The keys of the prompt, for `help keys`.
let keysHelp = """
    Enter          runs the statement where it is whole, else begins a line of it
    Alt-Enter      begins a line
    Tab            completes verbs, options, values, names of runs and variables, paths; twice: the list
    ↑ ↓            a line up or down in a block, beyond its ends through the history
    ^R             searches the history; again: further back
    Home End ^A ^E the ends of the line; Ctrl-← Ctrl-→ a word
    ^W ^U ^K       deletes the word before the cursor, the line before it, the line behind it; ^Y brings it back
    ^C             at the prompt: drops what is typed; in a run: ends it behind the step in progress and keeps all;
                   again: drops that step, whose queries stay charged
    ^D             on an empty line: leaves, as 'quit' does
    ^Z             stops the program, 'fg' goes on; ^\\ ends it at once

    The keys are libedit's: ~/.editrc changes them ('bind -v' has those of vi), 'man editrc' explains it. What is
    typed during a run is not shown and waits for the prompt; ^C drops it, too. Pasted text is taken as it is; of a session that was
    copied with its prompts, or of a transcript, the inputs alone.

    'show image', and --show of 'plot', 'mistakes' and 'classify', draw in the terminal: as pixels in kitty, Ghostty,
    WezTerm, Konsole, iTerm2, mintty, foot, mlterm and contour, of coloured half blocks in others and in tmux, of
    braille dots without colour. ZIPLAB_PICTURES=kitty|iterm2|sixel|blocks|braille|none says which; xterm -ti vt340
    and others that know sixels need it. Through tmux pixels go only where it is set.

    Colour obeys --no-color, then NO_COLOR, then CLICOLOR_FORCE, and is not used where no terminal is.

      show image 1
      step
      plot loss --show
    """
