; Pip: the cable. The serial interface is a slave; the cable clocks a byte in and one out whenever
; R33 is low. LINK.md describes the bytes. wire_in and wire_out belong to the interrupt: they use
; A, B and X only.

        BANK 0
        ORG free_10

; A byte has come: A its low nibble, B its high one.
wire_in:
        CP B,0                  ; silence
        JP Z,.done
        LD X,l_want
        CP B,1
        JP NZ,.next
        LD MX,1                 ; the first nibble of a frame
        LD X,in_sum
        LBPX MX,0A5H
        LD X,l_want
.next:  CP B,MX
        JP NZ,.lost
        ADD MX,1
        LD XL,B
        LD MX,A                 ; in_frame - 1 + position
        LD X,in_sum
        CP B,12
        JP NC,.check
        ADD MX,A
        LDPX A,MX
        ADD MX,A
.done:  RET
.check: JP Z,.sum               ; position 12 or 13
        INC X
.sum:   CP A,MX
        LD X,l_want
        JP NZ,.lost
        CP B,13
        JP NZ,.done
        LD MX,0
        JP wire_frame
.lost:  LD MX,0                 ; until the next frame
        RET

; A whole frame has come. While a friend is looked for, whoever calls is one; later only the friend
; that knows this visit's number.
wire_frame:
        LD X,in_frame
        CP MX,1                 ; other kinds are for later firmware
        JP NZ,.out
        LD X,my_number
        LDPX A,MX
        LD B,MX
        LD X,in_frame+5
        CP A,MX
        JP NZ,.call
        INC X
        CP B,MX
        JP NZ,.call
        LD X,my_phase
        CP MX,0
        JP NZ,.known
        LD X,l_met
        LD MX,1
        CALL .adopt
        JP .take
.known: LD X,my_echo
        LDPX A,MX
        LD B,MX
        LD X,in_frame+3
        CP A,MX
        JP NZ,.out
        INC X
        CP B,MX
        JP NZ,.out
.take:  LD X,in_frame+1
        LDPX A,MX
        LD B,MX
        LD X,guest_phase
        LDPX MX,A
        LD MX,B
        LD X,my_heard
        LD MX,A
        LD X,in_frame+7
        LDPX A,MX
        LDPX B,MX
        PUSH B
        LD B,MX
        LD X,guest_char
        LDPX MX,A
        POP A
        LDPX MX,A
        LD MX,B
.out:   RET
.call:  LD X,my_phase
        CP MX,0
        JP NZ,.out
.adopt: LD X,in_frame+3
        LDPX A,MX
        LD B,MX
        LD X,my_echo
        LDPX MX,A
        LD MX,B
        RET

; The byte that goes out next: A its low nibble, B its high one.
wire_out:
        LD X,l_pos
        LD B,MX
        CP B,0
        JP Z,.pause
        LD XL,B
        LD A,MX                 ; my_kind - 1 + position
        CP B,12
        JP NC,.next             ; the sums
        LD X,my_sum
        PUSH A
        ADD MX,A
        LDPX A,MX
        ADD MX,A
        POP A
.next:  LD X,l_pos
        ADD MX,1
        CP MX,14
        JP NZ,.out
        LD MX,0
        LD X,l_gap
        LD MX,8
.out:   RET
.pause: LD A,0
        LD X,l_gap
        ADD MX,0FH
        JP NZ,.out
        LD X,l_pos
        LD MX,1
        LD X,my_seq
        ADD MX,1
        LD X,my_sum
        LBPX MX,0A5H
        RET
        FITS 10

        ORG free_11
; The cable may speak from here on.
wire_on:
        LD X,l_pos
        LBPX MX,10H             ; between frames; kind 1
        LBPX MX,0               ; phase, heard
        CALZ rnd
        PUSH A
        CALZ rnd
        OR A,1                  ; no number is 0
        LD X,my_number
        LDPX MX,A
        POP A
        LDPX MX,A
        LBPX MX,0
        LDPX MX,1               ; Pip
        LD A,0
        LD Y,hunger
        CP MY,0
        JP Z,.sad
        INC Y                   ; happy
        CP MY,1
        JP C,.sad
        CP MY,4
        JP C,.mood
        LD A,1
        JP .mood
.sad:   LD A,2
.mood:  LDPX MX,A
        CALZ rnd
        AND A,3
        LD X,my_gift
        LDPX MX,A
        LD MX,0
        PUT l_gap,1
        PUT l_want,0
        PUT l_met,0
        LD X,guest_phase
        LBPX MX,0
        LD X,guest_char
        LBPX MX,0
        LD A,0FH
        LD XP,A
        LD X,53H
        LD MX,8                 ; R33 high ...
        LD X,7BH
        LD MX,8                 ; ... and driven
        LD X,30H
        LBPX MX,0
        LD X,03H
        LD A,MX                 ; forget an old byte
        LD X,13H
        LD MX,1
        LD X,7AH
        LD MX,8
        LD X,53H
        LD MX,0                 ; ready
        JP wire_end
; It says nothing more and hears nothing.
wire_off:
        LD A,0FH
        LD XP,A
        LD X,13H
        LD MX,0
        LD X,7BH
        LD MX,0
wire_end:
        LD A,0
        LD XP,A
        RET
        FITS 11
