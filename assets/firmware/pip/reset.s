; Pip: start. Rest of page 6.

reset:  DI
        RDF
        LD A,0
        LD SPH,A
        LD SPL,A
        LD YP,A
        LD A,0FH
        LD XP,A
        LD X,70H
        LDPX MX,0               ; F70 CPU on the crystal
        LDPX MX,8               ; F71 all dots off until the display RAM is clean
        LDPX MX,8               ; F72 contrast in the middle
        LDPX MX,0               ; F73 supply check off
        LDPX MX,0               ; F74 tone
        LDPX MX,1               ; F75 notes fade by the envelope
        LDPX MX,1               ; F76 watchdog
        LDPX MX,0               ; F77 stopwatch
        LDPX MX,0               ; F78 programmable timer
        LDPX MX,0               ; F79
        LDPX MX,0               ; F7A serial
        LDPX MX,0               ; F7B output ports
        LD X,54H
        LD MX,0FH               ; buzzer off
        LD X,10H
        LBPX MX,0               ; F10-F15 no interrupts yet
        LBPX MX,0
        LBPX MX,0
        LD X,41H
        LD MX,0FH               ; F41 presses are falling edges
        LD A,0EH
        LD YP,A
        LD Y,00H
.dots:  LDPY MY,0
        LDPY MY,0
        CP YH,5
        JP NZ,.dots
        LD Y,80H
.dots2: LDPY MY,0
        LDPY MY,0
        CP YH,0DH
        JP NZ,.dots2
        LD A,0
        LD YP,A
        LD XP,A
        ; A life in memory goes on (watchdog, reset key).
        LD X,magic
        CP MX,5
        JP NZ,.cold
        INC X
        CP MX,0AH
        JP NZ,.cold
        INC X
        CP MX,3
        JP NZ,.cold
        INC X
        CP MX,0CH
        JP NZ,.cold
        INC X
        CP MX,9
        JP NZ,.cold
        INC X
        CP MX,6
        JP Z,.warm
.cold:  LD X,00H                ; in line: a CALL would put its return address in the way
.stack: LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        CP XH,0
        JP NZ,.stack
        LD A,1
        LD XP,A
        CALL .wipe256
        LD A,0
        LD XP,A
        CALLM new_life
.warm:  LD X,00H                ; the short-address nibbles never survive
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        PUT setting,0
        PUT icon,7
        LD A,1
        LD XP,A
        CALL .wipe128
        LD A,2
        LD XP,A
        CALL .wipe128
        LD A,0FH
        LD XP,A
        LD X,40H
        LD A,MX
        XOR A,0FH               ; a line that is low from the start is no press
        LD M(k_prev),A
        LD M(k_down),A
        LD X,14H
        LD MX,7                 ; A, B, C may end the slow poll
        LD X,00H
        LDPX A,MX               ; forget old factor flags
        LDPX A,MX
        LDPX A,MX
        LDPX A,MX
        LDPX A,MX
        LDPX A,MX
        LD X,10H
        LD MX,1                 ; 32 Hz
        LD X,71H
        LD MX,0                 ; dots on
        LD A,0
        LD XP,A
        EI
        JPM home

.wipe256:
        LD X,00H
.more:  LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        CP XH,0
        JP NZ,.more
        RET
.wipe128:
        LD X,00H
.more2: LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        CP XH,8
        JP NZ,.more2
        RET
        FITS 6
