; Pip: bank 1, where the pictures are.

        BANK 1
        PAGE 1
; Interrupts are off in this bank; should one come all the same, it is left at once.
        REPT 8
        RET
        RET
        ENDM

; Draw a run: its words store two nibbles each and the last one returns. The address is put
; on the stack and RET jumps to it; a CALL from bank 0 could not reach this bank.
b1_run: CALL .go
        JPM far_ret
.go:    LD A,M(run_p)
        PUSH A
        PUSH B
        LD A,M(run_l)
        PUSH A
        RET
        FITS 1
