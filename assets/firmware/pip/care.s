; Pip: what the icons do.

        PAGE 11

; Next press on a page, or 0 after half a second. After 16 quiet seconds C is pressed for you.
page_ev:
        LD A,4
        LD M(wait_t),A
        CALZ wait_ev
        CP A,0
        JP NZ,.press
        LD X,page_t
        ADD MX,1
        INC X
        ADC MX,0
        CP MX,2
        LD A,0
        JP C,.done
        LD A,1
.press: LD X,page_t
        LBPX MX,0
.done:  RET

; Two pictures (menu_l, menu_r) and a cursor at `choice`. A moves it; C = 1: B took it, C = 0: cancelled.
menu:   FACE 0
.draw:  CALZ clear
        LD X,menu_l
        LD Y,at
        LDPY MY,0
        LDPY MY,1
        CALL .picture
        LD X,menu_r
        LD Y,at
        LDPY MY,0
        LDPY MY,3
        CALL .picture
        GET choice
        CP A,0
        JP NZ,.right
        AT 2,0
        JP .cursor
.right: AT 2,16
.cursor:
        GLYPH g_cursor
        ENDAT
        CALLM flush
.wait:  CALL page_ev
        FAN A,4
        JP NZ,.move
        FAN A,2
        JP NZ,.take
        FAN A,1
        JP Z,.wait
        PLAY t_key
        RCF
        RET
.move:  PLAY t_key
        LD X,choice
        XOR MX,1
        JP .draw
.take:  SCF
        RET
.picture:
        LDPX A,MX
        LD M(spr_lo),A
        LD A,MX
        LD M(spr_hi),A
        CALZ draw16
        RET

PICS    MACRO left,right
        LD X,menu_l
        LBPX MX,(left SHR 4) AND 0FFH
        LBPX MX,(right SHR 4) AND 0FFH
        ENDM

light:  PICS spr_bulb,spr_moon
        GET light_on
        XOR A,1
        LD X,choice
        LD MX,A
        CALL menu
        JP NC,.done
        GET choice
        XOR A,1
        LD X,light_on
        LD MX,A
        PLAY t_ok
.done:  RET

eat:    PICS spr_meal,spr_snack
        PUT choice,0
        CALL menu
        JP C,.eat
        RET
.eat:   GET sick
        CP A,0
        JP NZ,refuse
        GET choice
        CP A,0
        JP NZ,.snack
        GET hunger
        CP A,4
        JP Z,refuse
        PUT food,(tile_berry AND 0FFH)/8
        CALLM munch
        LD X,hunger
        ADD MX,1
        LD A,1
        CALLM heavier
        CALLM set_hunger_t
        JPM glad
.snack: PUT food,(tile_cake AND 0FFH)/8
        CALLM munch
        LD X,happy
        CP MX,4
        JP Z,.full
        ADD MX,1
.full:  LD A,2
        CALLM heavier
        CALLM set_happy_t
        JPM glad

; It shakes its head.
refuse: PLAY t_no
        ANIM a_refuse
        RET
        FITS 11
free_11:

        PAGE 12
; weight := weight + A, at most 99.
heavier:
        LD X,weight
        SDF
        ADD MX,A
        INC X
        ADC MX,0
        RDF
        JP NC,.done
        LD X,weight
        LBPX MX,99H
.done:  RET
; weight := weight - 1, at least 5.
lighter:
        LD X,weight+1
        CP MX,0
        JP NZ,.less
        LD X,weight
        CP MX,6
        JP C,.done
.less:  LD X,weight
        LD A,1
        SDF
        SUB MX,A
        INC X
        SBC MX,0
        RDF
.done:  RET

; The food comes down, then three bites.
munch:  PUT bite,0
        CALZ clear
        AT 1,5
        CALL .piece
        SPR spr_look
        CALL .show
        CALZ clear
        CALL .table
        SPR spr_look
        CALL .show
.more:  CALZ clear
        CALL .table
        SPR spr_eat1
        CALL .show
        LD X,bite
        ADD MX,1
        PLAY t_bite
        CALZ clear
        GET bite
        CP A,3
        JP Z,.gone
        CALL .table
.gone:  SPR spr_eat2
        CALL .show
        GET bite
        CP A,3
        JP NZ,.more
        RET
.table: AT 2,5
.piece: LD Y,food
        LD A,MY
        LD Y,bite
        ADD A,MY
        CALZ tile_n
        ENDAT
        RET
.show:  FACE 1
        POS 13
        CALZ draw16
        LD A,3
        CALZ show
        RET

; Joy.
glad:   PLAY t_happy
joy:    ANIM a_joy
        RET

medicine:
        GET sick
        CP A,0
        JP Z,.well
        FACE 0
        CALZ clear
        AT 2,4
        TILE tile_bottle
        ENDAT
        STAMP spr_sick,14
        LD A,6
        CALZ show
        CALZ clear
        AT 2,6
        TILE tile_bottle
        ENDAT
        FACE 1
        STAMP spr_eat1,13
        LD A,4
        CALZ show
        PLAY t_bite
        CALZ clear
        STAMP spr_eat2,13
        LD A,5
        CALZ show
        LD X,sick
        ADD MX,0FH
        JP Z,.cured
        PLAY t_no
        RET
.cured: PLAY t_cure
        JPM glad
.well:  JPM refuse
        FITS 12
free_12:

        PAGE 13
; A wave goes over everything, from the right to the left.
clean:  FACE 0
        CALZ clear
        CALLM mess_draw
        SPR spr_sleep1
        GET asleep
        CP A,0
        JP Z,.up
        CALLM sleeper
        JP .drawn
.up:    SPR spr_look
        CALLM pet_draw
.drawn: CALLM flush
        PLAY t_wash
        LD X,wash
        LBPX MX,50H
.sweep: CALL .column
        LD A,1
        CALZ show
        LD X,wash
        ADD MX,8                ; four dots to the left
        INC X
        JP C,.same
        ADD MX,0FH
.same:  CP MX,0
        JP NZ,.sweep
        CALL .column
        LD A,1
        CALZ show
        PUT mess,0
        LD X,sick_t
        LBPX MX,0
        GET sick
        LD X,asleep
        OR A,MX
        JP NZ,.done
        JPM glad
.done:  RET
.column:
        LD A,1
        CALL .half
        LD A,2
.half:  LD Y,wash
        LD XP,A
        LDPY A,MY
        LD B,MY
        LD XL,A
        LD XH,B
        TILE tile_wave
        TILE tile_blank
        ENDAT
        RET

; A telling-off. It helps only when it called for nothing.
scold:  GET naughty
        CP A,0
        JP Z,.why
        PUT naughty,0
        LD X,discipline
        CP MX,4
        JP Z,.full
        ADD MX,1
.full:  PLAY t_scold
        ANIM a_scold
        RET
.why:   PLAY t_no
        ANIM a_why
        RET

; Out of the egg.
hatch:  PUT count,6
.shake: PLAY t_crack
        ANIM a_shake
        LD X,count
        ADD MX,0FH
        JP NZ,.shake
        PLAY t_hatch
        ANIM a_open
        CALZ clear              ; the top flies off
        STAMP spr_shell_peep,8
        STAMP spr_shell_top,22
        LD A,3
        CALZ show
        ANIM a_peep
        CALZ clear              ; it jumps out
        STAMP spr_shell_low,16
        STAMP spr_hop,6
        LD A,3
        CALZ show
        CALZ clear
        STAMP spr_shell_low,16
        STAMP spr_idle2,0
        LD A,5
        CALZ show
        ANIM a_born
        JPM newborn
        FITS 13
free_13:
