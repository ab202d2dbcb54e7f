; Pip: vectors, interrupts, reset.

        BANK 0
        PAGE 1
        JPM reset               ; 0100
        JP on_clock             ; 0102 clock timer
        NOP5
        JP stray                ; 0104 stopwatch
        NOP5
        JP on_key               ; 0106 K00-K03
        NOP5
        JP stray                ; 0108 K10-K13
        NOP5
        JP on_byte              ; 010A serial
        NOP5
        JP stray                ; 010C programmable timer
        NOP5
stray:  EI                      ; 010E see the manual's note on colliding requests
        RET

; The clock timer, 32 times a second while a button is down or a tune plays, else 8 times.
; Counts time, reads the buttons, plays the tune.
on_clock:
        PUSH F
        PUSH A
        PUSH B
        PUSH XP
        PUSH XH
        PUSH XL
        LD A,0FH
        LD XP,A
        LD X,00H
        LD A,MX                 ; factor flags; the read clears them
        FAN A,2
        JP Z,.keys
        INC M(t8)
        FAN A,8                 ; whole seconds begin with an eighth
        JP Z,.keys
        INC M(secs)
.keys:  LD X,40H
        LD A,MX
        XOR A,0FH               ; 1 = pressed
        LD B,M(k_down)
        CP A,B
        JP NZ,.moved
        LD M(k_prev),A
.quiet: LD A,M(pend_t)
        LD B,M(snd_t)
        OR A,B
        JP NZ,.busy
.out:   POP XL
        POP XH
        POP XP
        POP B
        POP A
        POP F
        EI
        RET

.moved: LD X,10H                ; a button moves: poll fast, believe the second sample
        LD MX,1
        LD B,M(k_prev)
        LD M(k_prev),A
        CP A,B
        JP NZ,.quiet
        LD B,M(k_down)
        LD M(k_down),A
        XOR B,0FH
        AND A,B                 ; newly pressed
        JP Z,.quiet
        FAN A,5
        JP Z,.now
        LD B,M(k_pend)
        OR A,B
        LD M(k_pend),A
        LD A,M(pend_t)
        CP A,0
        JP NZ,.quiet
        LD A,3                  ; two polls of grace for the other half of A+C
        LD M(pend_t),A
        JP .quiet
.now:   LD B,M(k_hit)
        OR A,B
        LD M(k_hit),A
        JP .quiet
.busy:  LD A,M(pend_t)
        CP A,0
        JP Z,.tune
        DEC M(pend_t)
        JP NZ,.tune
        LD A,M(k_hit)
        LD B,M(k_pend)
        OR A,B
        LD M(k_hit),A
        LD B,0
        LD M(k_pend),B
.tune:  LD A,M(snd_t)
        CP A,0
        JP Z,.out
        DEC M(snd_t)
        JP NZ,.out
        CALL next_note
        JP .out

; A button went down (only where the K0 interrupt works): that is the first sample, and the
; end of the slow poll.
on_key: PUSH F
        PUSH A
        PUSH XP
        PUSH XH
        PUSH XL
        LD A,0FH
        LD XP,A
        LD X,04H
        LD A,MX                 ; clears IK0
        LD X,40H
        LD A,MX
        XOR A,0FH
        LD M(k_prev),A
        LD X,10H
        LD MX,1
        POP XL
        POP XH
        POP XP
        POP A
        POP F
        EI
        RET

; Next note of the running tune. A note is a word RETD: tone in the low nibble (8 = rest),
; 1/32 s in the high one (0 = end).
next_note:
        LD A,0
        LD XP,A
        LD X,note
        CALL .fetch
        INC M(snd_lo)
        JP NC,.same
        INC M(snd_hi)
.same:  LD X,note
        LDPX A,MX
        LD B,MX
        LD M(snd_t),B
        CP B,0
        JP Z,.mute
        LD X,sound_on
        CP MX,0
        JP NZ,.loud
.mute:  LD A,8
.loud:  LD B,0FH
        LD XP,B
        LD X,54H
        LD MX,0FH               ; off for a moment: the envelope starts again
        FAN A,8
        JP NZ,.rest
        LD X,74H
        LD MX,A
        LD X,54H
        LD MX,7
.rest:  RET
.fetch: LD A,(tunes SHR 8) AND 0FH
        PUSH A
        LD A,M(snd_hi)
        PUSH A
        LD A,M(snd_lo)
        PUSH A
        RET                     ; jumps to the note

; The cable has clocked a byte in and one out (only while a friend is looked for, see wire.s):
; takes the one, puts the next one ready and says so by a low R33.
on_byte:
        PUSH F
        PUSH A
        PUSH B
        PUSH XP
        PUSH XH
        PUSH XL
        RDF
        LD A,0FH
        LD XP,A
        LD X,03H
        LD A,MX                 ; clears ISIO
        LD X,53H
        LD MX,8                 ; R33 high: busy
        LD X,30H
        LDPX A,MX
        LD B,MX
        PUSH XP
        PUSH A
        LD A,0
        LD XP,A
        POP A
        CALLM wire_in
        CALLM wire_out
        POP XP
        LD X,30H
        LDPX MX,A
        LD MX,B
        LD X,7AH
        LD MX,8                 ; wait for eight clocks
        LD X,53H
        LD MX,0                 ; R33 low: ready
        POP XL
        POP XH
        POP XP
        POP B
        POP A
        POP F
        EI
        RET
        FITS 1
