; Pip: clock and status pages.

        PAGE 15
; The clock. A opens the setting page, C goes home.
clock_page:
        LD X,page_t
        LBPX MX,0
.draw:  CALL clock_draw
        CALL clock_sky
        CALLM flush
.wait:  CALLM page_ev
        FAN A,4
        JP NZ,.set
        FAN A,1
        JP Z,.draw
        PLAY t_key
        RET
; Setting: A hours, B minutes, C done. The clock stands still meanwhile.
.set:   PUT setting,1
        PLAY t_ok
.show:  CALL clock_draw
        AT 2,6
        GLYPH g_A
        AT 2,21
        GLYPH g_B
        ENDAT
        CALLM flush
.press: CALLM page_ev
        CP A,0
        JP Z,.show
        FAN A,4
        JP NZ,.hour
        FAN A,2
        JP NZ,.minute
        FAN A,1
        JP Z,.press
        LD X,seconds
        LBPX MX,0
        PUT setting,0
        PUT clock_set,1
        PLAY t_ok
        CALLM bedtime
        CALLM check_call
        JP clock_page
.hour:  CALLM hour_up
        JP .show
.minute:
        CALLM minute_up
        JP .show

; Hours, colon, minutes, large, in the upper half.
clock_draw:
        CALZ clear
        AT 1,3
        GET_AT hours+1
        CALZ bigdig
        GET_AT hours
        CALZ bigdig
        GLYPH g_colon
        GET_AT minutes+1
        CALZ bigdig
        GET_AT minutes
        CALZ bigdig
        ENDAT
        RET
; Sun or moon and the seconds in the lower half.
clock_sky:
        CALLM night
        JP C,.moon
        AT 2,4
        TILE tile_sun
        JP .seconds
.moon:  AT 2,4
        TILE tile_moon
.seconds:
        AT 2,20
        GET_AT seconds+1
        CALZ digit
        GET_AT seconds
        CALZ digit
        ENDAT
        RET

; Status: age and weight; hearts; manners and sound. A or B turns the page.
status: LD X,page_t
        LBPX MX,0
.body:  CALZ clear
        AT 1,1
        TILE tile_age
        AT 1,12
        GET_AT age+1
        CALZ digit
        GET_AT age
        CALZ digit
        GLYPH g_space
        GLYPH g_D
        AT 2,1
        TILE tile_weight
        AT 2,12
        GET_AT weight+1
        CALZ digit
        GET_AT weight
        CALZ digit
        GLYPH g_space
        GLYPH g_G
        ENDAT
        CALL .turn
        JP NC,.leave
.hearts:
        CALZ clear
        AT 1,0
        TILE tile_berry
        PUTY food,0
        GET_AT hunger
        CALLM meter
        AT 2,0
        TILE tile_smile
        GET_AT happy
        CALLM meter
        ENDAT
        CALL .turn
        JP NC,.leave
        CALZ clear
        AT 1,0
        TILE tile_scold
        PUTY food,2
        GET_AT discipline
        CALLM meter
        AT 2,8
        TILE tile_note
        GET_AT sound_on
        CP A,0
        JP Z,.muted
        TILE tile_waves
        JP .sound
.muted: TILE tile_cross
.sound: ENDAT
        CALL .turn
        JP C,.body
        RET
.turn:  CALLM flush
.wait:  CALLM page_ev
        FAN A,6
        JP NZ,.next
        FAN A,1
        JP Z,.wait
        PLAY t_key
        RCF
        RET
.next:  PLAY t_key
        SCF
        RET
.leave: RET
        FITS 15
