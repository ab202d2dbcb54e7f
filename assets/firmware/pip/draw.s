; Pip: what every page of the program calls (CALZ): pictures, waiting, dice.

        BANK 0
        PAGE 0

; Clear the frame.
clear:  LD A,1
        LD XP,A
        CALL .band
        LD A,2
        LD XP,A
        CALL .band
        LD A,0
        LD XP,A
        RET
.band:  LD X,10H
.more:  LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        LBPX MX,0
        CP XH,5
        JP NZ,.more
        RET

; Dark becomes light and light dark.
invert: LD A,1
        LD XP,A
        CALL .band
        LD A,2
        LD XP,A
        CALL .band
        LD A,0
        LD XP,A
        RET
.band:  LD X,10H
.more:  NOT MX
        INC X
        NOT MX
        INC X
        NOT MX
        INC X
        NOT MX
        INC X
        CP XH,5
        JP NZ,.more
        RET

; 16 x 16 sprite spr_hi:spr_lo to offset `at` of the frame, mirrored if facing = 1.
; It covers what was there. Its two bands are two runs of 16 words.
draw16: LD A,M(spr_hi)
        LD M(run_p),A
        LD A,0
        LD M(run_l),A
        LD A,M(facing)
        CP A,0
        JP NZ,.mirror
        CALL .here
        LD A,1
        LD XP,A
        LD B,M(spr_lo)
        CALL far_run
        LD A,0
        LD XP,A
        CALL .here
        CALL .next
        CALL far_run
        LD A,0
        LD XP,A
        RET
.here:  LD X,at
        LDPX A,MX
        LD B,MX
        LD XL,A
        LD XH,B
        RET
.next:  LD A,2
        LD XP,A
        INC M(spr_lo)
        JP NC,.same
        INC M(run_p)
.same:  LD B,M(spr_lo)
        RET
.mirror:
        LD X,60H                ; first into the workshop
        LD A,1
        LD XP,A
        LD B,M(spr_lo)
        CALL far_run
        LD X,60H
        CALL .next
        CALL far_run
        CALLM mirror
        RET

; Tile B:A (step in the tile page), or glyph B:A of the font, at X; X moves right.
draw8:  LD M(run_l),A
        LD A,(tiles SHR 8) AND 0FH
        LD M(run_p),A
        JP far_run
drawf:  LD M(run_l),A
        LD A,(font SHR 8) AND 0FH
        LD M(run_p),A
; The run M(run_p):B:M(run_l) of bank 1 at X. No interrupts there: the handler lives in bank 0.
far_run:
        DI
        JPM b1_run
far_ret:
        EI
        RET

; Small digit A (0-9).
digit:  LD B,0
        ADD A,A
        ADC B,B
        ADD A,A
        ADC B,B
        JP drawf
; Large digit A.
bigdig: CALL eightfold
        ADD B,(bigfont SHR 4) AND 0FH
        JP drawf
; Tile number A (0-15).
tile_n: CALL eightfold
        JP draw8
; B:A := 8 * A
eightfold:
        RCF
        RRC A
        LD B,A
        LD A,0
        JP NC,.even
        LD A,8
.even:  RET

; One step of an animation: clear, sprite, show, then A eighths of a second.
pose:   PUSH A
        CALL clear
        CALL draw16
        CALLM flush
        POP A
; A eighths of a second pass. Buttons are forgotten.
pause:  LD M(wait_t),A
.more:  CALL wait_ev
        CP A,0
        JP NZ,.more
        RET
; Show the frame, then A eighths pass.
show:   PUSH A
        CALLM flush
        POP A
        JP pause

; Play the script at step B:A of the script page: steps of three words, see macro STEP.
anim:   LD X,script
        LDPX MX,A
        LD MX,B
.step:  LD X,step_spr
        CALL .fetch
        CALL .fetch
        CALL .fetch
        LD X,step_spr
        LDPX A,MX
        LD M(spr_lo),A
        LD A,MX
        LD M(spr_hi),A
        LD X,step_f
        LD A,MX
        LD M(facing),A
        LD X,step_t
        LD A,MX
        CP A,0
        JP Z,.done
        CALL pose
        JP .step
.fetch: LD A,(scripts SHR 8) AND 0FH
        PUSH A
        LD Y,script+1
        LD A,MY
        PUSH A
        LD Y,script
        LD A,MY
        PUSH A
        ADD MY,1
        INC Y
        ADC MY,0
.done:  RET                     ; from .fetch: jumps to the word

; Wait for a press or until M(wait_t) eighths of a second are over (0 = sixteen).
; A := the buttons (A 4, B 2, C 1, tap 8), or 0 when the time is over. Life goes on meanwhile.
; A+C switches the sound here, wherever the program is.
nap:    HALT
wait_ev:
        LD A,M(t8)
        LD B,M(k_hit)
        OR A,B
        JP Z,nap
        LD A,M(secs)
        CP A,0
        JP NZ,.second
        LD A,M(k_hit)
        CP A,0
        JP NZ,.key
        DEC M(t8)
        DEC M(wait_t)
        JP NZ,wait_ev
        LD A,0
        RET
.second:
        DEC M(secs)
        CALLM second
        CALLM calm
        JP wait_ev
.key:   DI
        LD A,M(k_hit)
        LD B,0
        LD M(k_hit),B
        EI
        CP A,5
        JP Z,.sound
        RET
.sound: CALLM switch_sound
        LD A,0
        RET

; Start the tune at step B:A of the tune page.
play:   DI
        LD M(snd_lo),A
        LD M(snd_hi),B
        LD A,1
        LD M(snd_t),A
        LD A,0FH
        LD XP,A
        LD X,10H
        LD MX,1                 ; tunes need the 32 Hz
        LD A,0
        LD XP,A
        EI
        RET

; A := four bits of a 16-bit shift register (x^16 + x^14 + x^13 + x^11 + 1).
rnd:    CALL .bit
        CALL .bit
        CALL .bit
        CALL .bit
        LD X,rng
        LD A,MX
        RET
.bit:   LD X,rng
        RCF
        RLC MX
        INC X
        RLC MX
        INC X
        RLC MX
        INC X
        RLC MX
        JP NC,.done
        XOR MX,6                ; 6801H
        LD X,rng+2
        XOR MX,8
        LD X,rng
        XOR MX,1
.done:  RET
        FITS 0
