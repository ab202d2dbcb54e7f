; Pip: firmware of a keychain pet for the E0C6S46 (P1 wiring: A on K02, B on K01, C on K00,
; low = pressed; buzzer on R43; 32 x 16 dots and eight icons).
;
;     eggtooth asm main.s -o pip.rom --symbols pip.sym
;
; HOW THE PLAYER (OR A PROGRAM) SETS THE CLOCK
;   The clock starts at 12:00:00 at power-on and nobody has to set it.
;   1. C until no icon is lit and the home picture is there (RAM: icon = 7, at_home = 1).
;      Three presses, a second apart, do it from everywhere outside an animation; with nothing
;      to cancel C taps the pet, which takes half a second and changes nothing else.
;   2. B    opens the clock.
;   3. A    opens the setting page (setting = 1). The clock stands still from here on.
;   4. A    one hour more, 23 wraps to 00, nothing carries. Press (target - hours) mod 24 times.
;      B    one minute more, 59 wraps to 00, nothing carries into the hours.
;           Press (target - minutes) mod 60 times.
;   5. C    done: seconds = 00, the clock runs on (the second under way is not cut short),
;           setting = 0, clock_set = 1; the clock is shown.
;   6. C    home.
;   Hold each press for at least 3/32 s and wait as long before the next (4/32 s each is good).
;   What a press does is in RAM a quarter of a second after it began, at the latest.
;   16 s without a press count as C on every page.
;   RAM (addresses in pip.sym): hours, minutes, seconds: two BCD nibbles each, low digit first.
;
; HOW IT WORKS
;   The clock-timer interrupt (8 Hz, 32 Hz while a button is down or a tune plays) counts time,
;   reads the buttons (two equal samples count) and plays the tunes. A tune is a list of tones
;   switched by R43. The main program halts in wait_ev and gets presses and eighths of a second
;   from there; every page, menu and animation is a plain subroutine that calls it. Pictures are
;   composed in a frame in RAM and copied to the glass when whole. Pictures lie in bank 1, code,
;   tunes and scripts in bank 0. The life survives a reset that leaves the RAM alone (magic).
;   The serial interrupt speaks with a friend's Pip while one is looked for, and never else; LINK.md.
;   The K0 interrupt only ends the slow poll early; where it does not work all is the same,
;   1/8 s later. Nothing depends on the watchdog, on F7x being readable, on the delay of EI, on
;   Z after rotates, on the envelope or on memory above 27F.

        INCLUDE "macros.s"
        INCLUDE "ram.s"
; bank 0
        INCLUDE "draw.s"        ; page 0
        INCLUDE "kernel.s"      ; page 1
        INCLUDE "flush.s"       ; page 2
        INCLUDE "tunes.s"       ; page 3
        INCLUDE "life.s"        ; pages 4-6
        INCLUDE "reset.s"
        INCLUDE "home.s"        ; pages 7-9
        INCLUDE "whim.s"        ; page 10
        INCLUDE "care.s"        ; pages 11-13
        INCLUDE "game.s"        ; page 14
        INCLUDE "pages.s"       ; page 15
        INCLUDE "wire.s"        ; the rest of pages 10 and 11
        INCLUDE "visit.s"       ; the rest of pages 4, 12 and 13
; bank 1
        INCLUDE "bank1.s"       ; page 1
        INCLUDE "tiles.s"       ; page 0
        INCLUDE "font.s"        ; page 2
        INCLUDE "sprites.s"     ; pages 3-7
        END
