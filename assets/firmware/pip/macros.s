; Pip: macros.
;
; Conventions: XP = 0, YP = 0 and D = 0 between routines; A, B, X, Y are scratch.

; RAM is addressed through X on data page 0.
GET     MACRO var               ; A := var
        LD X,var
        LD A,MX
        ENDM

PUT     MACRO var,value         ; var := constant
        LD X,var
        LD MX,value
        ENDM

; Choose the 16 x 16 sprite for draw16 / pose.
SPR     MACRO name
        LD A,(name SHR 4) AND 0FH
        LD M(spr_lo),A
        LD A,(name SHR 8) AND 0FH
        LD M(spr_hi),A
        ENDM

; Column (-8..32) of the next draw16 / pose.
POS     MACRO col
        LD X,at
        LBPX MX,10H+2*(col)
        ENDM

FACE    MACRO side              ; 0 right (as drawn), 1 left (mirrored)
        LD A,side
        LD M(facing),A
        ENDM

; Draw the sprite over what is in the frame.
STAMP   MACRO name,col
        SPR name
        POS col
        CALZ draw16
        ENDM

; A script: steps of one sprite for 1-15 eighths of a second, and its end.
STEP    MACRO name,col,ticks,side
        RETD (name SHR 4) AND 0FFH
        RETD 10H+2*(col)
        RETD (ticks)+((side) SHL 4)
        ENDM
STOP    MACRO
        RETD 0
        RETD 0
        RETD 0
        ENDM
ANIM    MACRO name
        LD A,name AND 0FH
        LD B,(name SHR 4) AND 0FH
        CALZ anim
        ENDM

; Point X into the frame: band 1 = upper eight rows, band 2 = lower eight.
AT      MACRO band,col
        LD A,band
        LD XP,A
        LD X,10H+2*(col)
        ENDM

; The same through Y, so that X stays in the frame.
GET_AT  MACRO var
        LD Y,var
        LD A,MY
        ENDM
PUTY    MACRO var,value
        LD Y,var
        LD MY,value
        ENDM

; X back to data page 0, after the last tile or glyph.
ENDAT   MACRO
        LD A,0
        LD XP,A
        ENDM

; Draw an 8 x 8 tile / a glyph of the font at X (X moves right).
TILE    MACRO name
        LD A,name AND 0FH
        LD B,(name SHR 4) AND 0FH
        CALZ draw8
        ENDM

GLYPH   MACRO name
        LD A,name AND 0FH
        LD B,(name SHR 4) AND 0FH
        CALZ drawf
        ENDM

; Start a tune.
PLAY    MACRO name
        LD A,name AND 0FH
        LD B,(name SHR 4) AND 0FH
        CALZ play
        ENDM
