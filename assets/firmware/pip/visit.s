; Pip: a friend's visit. Both toys show both creatures. The phases are those of LINK.md.

        ORG free_4
visit:  GET sick
        CP A,0
        JP Z,.well
        JPM refuse
.well:  CALLM wire_on
        PUT l_most,8            ; a minute
        LD X,l_quiet
        LBPX MX,0
; It calls, and listens.
.look:  LD X,phase
        XOR MX,1
        FACE 0
        CALZ clear
        SPR spr_call1
        GET phase
        CP A,0
        JP Z,.still
        AT 1,19
        TILE tile_waves
        ENDAT
        SPR spr_call2
.still: POS 0
        CALZ draw16
        CALLM visit_wait
        JP C,.over
        GET l_met
        CP A,0
        JP Z,.look
; The friend comes in from the right.
        LD A,2
        CALLM visit_next
        PLAY t_tap
        LD X,guest_at
        LBPX MX,10H+2*32       ; outside
.come:  CALLM visit_two
        LD A,2
        CALZ show
        LD X,guest_at
        ADD MX,0CH              ; two dots to the left
        INC X
        ADC MX,0FH
        CP MX,2
        JP NZ,.come
        LD X,guest_at
        LBPX MX,10H+2*16
        CALLM visit_stay
        JP C,.over
; They hop, and each has brought something.
        LD A,2
        CALLM visit_next
        CALLM visit_greet
        CALLM visit_stay
        JP C,.over
; The friend goes home.
        LD A,1
        CALLM visit_next
        CALLM visit_glad
.leave: CALLM visit_two
        LD A,2
        CALZ show
        LD X,guest_at
        ADD MX,4
        INC X
        ADC MX,0
        CP MX,5
        JP NZ,.leave
        PLAY t_happy
        JPM visit_part
.over:  JPM visit_over
        FITS 4

        ORG free_12
; Both creatures by their moods, each with its own step.
visit_two:
        FACE 0
        CALZ clear
        LD X,phase
        XOR MX,1
        GET my_mood
        CALL mood_look
        POS 0
        CALZ draw16
        LD X,phase
        XOR MX,1
        GET guest_mood
        CALL mood_look
        LD X,phase
        XOR MX,1
; The chosen sprite as the guest; one that Pip does not know comes in its egg.
visit_guest:
        GET guest_char
        CP A,1
        JP Z,.known
        SPR spr_egg
.known: LD B,1
        GET my_phase
        CP A,3
        JP C,.face
        LD B,0                  ; on its way out
.face:  LD M(facing),B
        LD X,guest_at
        LDPX A,MX
        LD B,MX
        LD X,at
        LDPX MX,A
        LD MX,B
        CALZ draw16
        RET
; The sprite of mood A: glad, sad, or neither.
mood_look:
        CP A,1
        JP Z,.glad
        CP A,2
        JP Z,.sad
        SPR spr_idle1
        GET phase
        CP A,0
        JP Z,.done
        SPR spr_idle2
        RET
.glad:  SPR spr_idle1
        GET phase
        CP A,0
        JP Z,.done
        SPR spr_cheer
        RET
.sad:   SPR spr_sad1
        GET phase
        CP A,0
        JP Z,.done
        SPR spr_sad2
.done:  RET
        FITS 12

        ORG free_13
; They hop by turns; then what the friend has brought.
visit_greet:
        PLAY t_win
        PUT count,6
.hop:   LD X,phase
        XOR MX,1
        FACE 0
        CALZ clear
        SPR spr_hop
        CALL .turn
        POS 0
        CALZ draw16
        SPR spr_idle2
        CALL .turn
        CALLM visit_guest
        LD A,3
        CALZ show
        LD X,count
        ADD MX,0FH
        JP NZ,.hop
        FACE 0
        CALZ clear
        GET guest_gift
        AND A,3
        ADD A,A                 ; tiles 0, 2, 4 ...
        CP A,6
        JP NZ,.gift
        LD A,7                  ; ... and 7
.gift:  AT 2,22
        CALZ tile_n
        ENDAT
        STAMP spr_cheer,2
        LD A,10
        CALZ show
        RET
; Every other picture it is the other's turn: hop and idle2 are exchanged.
.turn:  GET phase
        CP A,0
        JP Z,.same
        LD A,M(spr_lo)
        XOR A,((spr_hop SHR 4) XOR (spr_idle2 SHR 4)) AND 0FH
        LD M(spr_lo),A
.same:  RET
        FITS 13

        ORG free_7
; Shows the frame for half a second. C = 1: it is over, because the friend has gone or is silent, or
; the player will not wait.
visit_wait:
        CALLM flush
        LD A,4
        LD M(wait_t),A
        CALZ wait_ev
        FAN A,1
        JP NZ,.over
        CP A,0
        JP NZ,.on
        LD X,l_quiet
        ADD MX,1
        INC X
        ADC MX,0
.on:    LD X,l_quiet+1
        LD A,MX
        LD X,l_most
        CP A,MX
        JP NC,.over
        GET guest_phase
        CP A,0FH
        JP Z,.over
        RCF
        RET
.over:  SCF
        RET
; The next phase, with patience for A times eight seconds.
visit_next:
        LD X,l_most
        LD MX,A
        LD X,l_quiet
        LBPX MX,0
        LD X,my_phase
        ADD MX,1
        RET
; Both stand there until the friend is as far, and knows that Pip is. C = 1: it is over.
visit_stay:
        CALLM visit_two
        CALL visit_wait
        JP C,.done
        LD X,my_phase
        LD B,MX
        GET guest_phase
        CP A,B
        JP C,visit_stay
        GET guest_heard
        CP A,B
        JP C,visit_stay
.done:  RET
; The visit counts.
visit_glad:
        LD X,happy
        CP MX,4
        JP Z,.full
        ADD MX,1
.full:  LD X,visits
        SDF
        ADD MX,1
        INC X
        ADC MX,0
        RDF
        RET
        FITS 7

        ORG free_5
; Home again. What is still to be said is said while Pip is glad.
visit_part:
        CALLM visit_stay
        LD A,1
        CALLM visit_next
        CALLM joy
        JPM wire_off
; Nobody came, or the cable is cut: Pip is sad for a moment, and says that it has given up. A player
; who only looked goes home at once.
visit_over:
        GET my_phase
        CP A,0
        JP NZ,.sad
        GET l_quiet+1
        LD X,l_most
        CP A,MX
        JP NC,.sad
        PLAY t_key
        JPM wire_off
.sad:   PUT my_phase,0FH
        PLAY t_sad
        FACE 0
        CALZ clear
        AT 1,22
        TILE tile_cross
        ENDAT
        STAMP spr_sad1,4
        LD A,14
        CALZ show
        JPM wire_off
        FITS 5
