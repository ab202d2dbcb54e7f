; Pip: the frame to the glass.

        PAGE 2

; Copy the frame to the display RAM. The glass has SEG 0-7, 9-16 for columns 0-15 and
; SEG 20-27, 29-36 for columns 31-16.
flush:  LD A,0EH
        LD YP,A
        LD A,1
        LD XP,A
        LD Y,00H
        CALL .band
        LD A,2
        LD XP,A
        LD Y,80H
        CALL .band
        LD A,0
        LD XP,A
        LD YP,A
        RET
.band:  LD X,10H
        REPT 16
        LDPY MY,MX
        INC X
        ENDM
        INC Y                   ; SEG 8: icons
        INC Y
        REPT 16
        LDPY MY,MX
        INC X
        ENDM
        INC Y                   ; SEG 17-19
        INC Y
        INC Y
        INC Y
        INC Y
        INC Y
column  SET 31
        REPT 8
        LD X,10H+2*column
        LDPY MY,MX
        INC X
        LDPY MY,MX
column  SET column-1
        ENDM
        INC Y                   ; SEG 28: icons
        INC Y
        REPT 8
        LD X,10H+2*column
        LDPY MY,MX
        INC X
        LDPY MY,MX
column  SET column-1
        ENDM
        RET

; The 16 x 16 dots of the workshop, left and right exchanged, to offset `at` of the frame.
mirror: LD A,0
        LD XP,A
        LD X,at
        LDPX A,MX
        LD B,MX
        LD YL,A
        LD YH,B
        LD A,1
        LD XP,A
        LD YP,A
        CALL .band
        LD A,0
        LD XP,A
        LD X,at
        LDPX A,MX
        LD B,MX
        LD YL,A
        LD YH,B
        LD A,2
        LD XP,A
        LD YP,A
        CALL .band
        LD A,0
        LD XP,A
        LD YP,A
        RET
.band:
column  SET 15
        REPT 16
        LD X,60H+2*column
        LDPY MY,MX
        INC X
        LDPY MY,MX
column  SET column-1
        ENDM
        RET
        FITS 2
