; Pip: the game, and the choice between it and a friend. Pip hides in one of two eggs; find it
; three times in five.

        PAGE 14

game:   PICS spr_egg,spr_cable
        PUT choice,0
        CALLM menu
        JP C,.taken
        RET
.taken: GET choice
        CP A,0
        JP Z,.alone
        JPM visit
.alone: PLAY t_game
        ANIM a_joy
        PUT round,5
        PUT wins,0
game_round:
        CALZ rnd
        AND A,1
        LD X,side
        LD MX,A
        PLAY t_hide
        PUT page_t,0
        LD X,page_t+1
        LD MX,0
.wobble:
        LD X,phase
        XOR MX,1
        FACE 0
        CALZ clear
        GET phase
        CP A,0
        JP Z,.second
        STAMP spr_egg_tilt,0
        STAMP spr_egg,16
        JP .eggs
.second:
        STAMP spr_egg,0
        FACE 1
        STAMP spr_egg_tilt,16
.eggs:  CALLM flush
.wait:  CALLM page_ev
        CP A,0
        JP Z,.wobble
        FAN A,4
        JP NZ,.left
        FAN A,2
        JP NZ,.right
        FAN A,1
        JP Z,.wait
        RET                     ; given up
.left:  LD A,0
        JP .open
.right: LD A,1
.open:  LD X,side
        CP A,MX
        JP NZ,game_lost
game_won:
        PLAY t_found
        LD X,wins
        ADD MX,1
        SPR spr_cheer
        CALL reveal
        JP game_next
game_lost:
        PLAY t_lost
        SPR spr_look
        CALL reveal
game_next:
        LD A,9
        CALZ show
        LD X,round
        ADD MX,0FH
        JP NZ,game_round
; The result: found : missed
        CALZ clear
        AT 1,9
        GET_AT wins
        CALZ bigdig
        GLYPH g_colon
        LD A,5
        LD Y,wins
        SUB A,MY
        CALZ bigdig
        ENDAT
        LD A,10
        CALZ show
        CALLM lighter
        GET wins
        CP A,3
        JP C,.poor
        LD X,happy
        CP MX,4
        JP Z,.full
        ADD MX,1
.full:  PLAY t_win
        JPM joy
.poor:  PLAY t_sad
        ANIM a_scold
        RET

; The chosen sprite on its side, an egg on the other.
reveal: LD A,M(spr_lo)
        PUSH A
        LD A,M(spr_hi)
        PUSH A
        FACE 0
        CALZ clear
        GET side
        CP A,0
        JP NZ,.right
        STAMP spr_egg,16
        POS 0
        JP .pet
.right: STAMP spr_egg,0
        POS 16
.pet:   POP A
        LD M(spr_hi),A
        POP A
        LD M(spr_lo),A
        CALZ draw16
        RET

; Four pictures at X: A full ones (tile number `food`), the rest empty (the tile after it).
meter:  LD Y,count
        LD MY,A
        LD A,4
        LD M(wait_t),A
.more:  LD Y,food
        LD A,MY
        LD Y,count
        CP MY,0
        JP Z,.empty
        ADD MY,0FH
        JP .draw
.empty: ADD A,1
.draw:  CALZ tile_n
        DEC M(wait_t)
        JP NZ,.more
        RET
        FITS 14
