; Pip: the home picture, the eight icons and the main loop.

        PAGE 7

; The main loop. Nothing above it on the stack.
home:   LD A,0
        LD SPH,A
        LD SPL,A
.frame: GET stage
        CP A,0
        JP NZ,.scene
        GET egg_t+1
        CP A,2                  ; 32 seconds
        JP C,.scene
        PUT at_home,0
        CALLM hatch
.scene: FACE 0
        CALZ clear
        CALLM scene
        PUT at_home,1
        LD A,M(k_hit)           ; a press comes before the next picture
        CP A,0
        JP NZ,.wait
        CALL icons
        CALLM flush
.wait:  CALZ wait_ev
        CP A,0
        JP Z,.frame
        FAN A,4
        JP NZ,.a
        FAN A,2
        JP NZ,.b
        FAN A,1
        JP NZ,.c
.tap:   PUT at_home,0
        CALLM poke
        JP .frame
.a:     LD X,icon               ; next icon
        ADD MX,1
        CP MX,7
        JP C,.lit
        LD MX,0
.lit:   PLAY t_key
        CALL icons
        JP .wait
.c:     GET icon
        CP A,7
        JP Z,.tap
        PUT icon,7
        PLAY t_key
        CALL icons
        JP .wait
.b:     PUT at_home,0
        PLAY t_key
        GET icon
        CP A,7
        JP NZ,.icon
        CALLM clock_page
        JP .frame
.icon:  CP A,5
        JP NZ,.care
        CALLM status
        JP .frame
.care:  GET stage               ; an egg needs nothing
        CP A,0
        JP Z,.no
        GET icon
        CP A,1
        JP NZ,.not1
        CALLM light
        JP .cared
.not1:  GET light_on            ; the rest only when it can be seen
        CP A,0
        JP Z,.no
        GET icon
        CP A,3
        JP NZ,.not3
        CALLM medicine
        JP .cared
.not3:  CP A,4
        JP NZ,.not4
        CALLM clean
        JP .cared
.not4:  GET asleep              ; the rest only when it is up
        CP A,0
        JP NZ,.no
        GET icon
        CP A,0
        JP NZ,.not0
        CALLM eat
        JP .cared
.not0:  CP A,2
        JP NZ,.not2
        CALLM game
        JP .cared
.not2:  CALLM scold
.cared: CALLM check_call
        JP .frame
.no:    PLAY t_no
        PUT at_home,1
        JP .wait

; Light the selected icon and the call icon.
icons:  GET icon
        LD B,0
        CP A,7
        JP Z,.mask
        AND A,3
        LD B,1
.shift: CP A,0
        JP Z,.mask
        ADD B,B
        ADD A,0FH
        JP .shift
.mask:  LD X,icon
        FAN MX,4
        JP NZ,.low
        LD A,0EH
        LD YP,A
        LD Y,10H
        LD MY,B
        LD B,0
        JP .call
.low:   LD A,0EH
        LD YP,A
        LD Y,10H
        LD MY,0
.call:  GET calling
        CP A,0
        JP Z,.show
        OR B,8
.show:  LD Y,0B9H
        LD MY,B
        LD A,0
        LD YP,A
        RET
        FITS 7
free_7:

        PAGE 8
; Draw what goes on at home into the empty frame and set wait_t.
scene:  LD X,phase
        XOR MX,1
        GET stage
        CP A,0
        JP NZ,.hatched
        JPM egg_scene
.hatched:
        GET light_on
        CP A,0
        JP Z,.dark
        GET asleep
        CP A,0
        JP Z,.awake
        JPM sleep_scene
.awake: JPM pet_scene

; Night: white on black. Two eyes if it is awake.
.dark:  GET asleep
        CP A,0
        JP Z,.eyes
        CALL zzz
        CALZ invert
        JPM doze
.eyes:  LD A,8
        LD M(wait_t),A
        CALL eyes
        CALZ invert
        RET

eyes:   GET phase
        CP A,0
        JP Z,.shut
        AT 1,8
        TILE tile_eye
        AT 1,17
        TILE tile_eye
        ENDAT
        RET
.shut:  AT 1,8
        TILE tile_lid
        AT 1,17
        TILE tile_lid
        ENDAT
        RET

; Z above the sleeper, alternating.
zzz:    GET phase
        CP A,0
        JP Z,.big
        AT 1,18
        TILE tile_z
        ENDAT
        RET
.big:   AT 1,22
        TILE tile_zz
        AT 1,18
        TILE tile_z
        ENDAT
        RET

sleep_scene:
        CALL mess_draw
        SPR spr_sleep1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_sleep2
.drawn: CALL sleeper
        GET mess
        CP A,4
        JP Z,doze
        CALL zzz
        JP doze

; The chosen sprite in its bed.
sleeper:
        LD X,at
        LBPX MX,10H
        GET mess
        CP A,0
        JP NZ,.left
        LD X,at
        LBPX MX,10H+2*4
.left:  CALZ draw16
        RET

; Asleep: two seconds to the next picture, and the slow poll at once.
doze:   LD A,0
        LD M(wait_t),A
; The slow poll, unless a tune plays or a button is down or waits to be heard.
calm:   DI
        LD A,M(snd_t)
        LD B,M(pend_t)
        OR A,B
        LD B,M(k_down)
        OR A,B
        LD B,M(k_prev)
        OR A,B
        LD B,M(k_hit)
        OR A,B
        JP NZ,.fast
        LD A,0FH
        LD XP,A
        LD X,10H
        LD MX,2                 ; 8 Hz
        LD A,0
        LD XP,A
.fast:  EI
        RET

; What has to be cleaned, on the right.
mess_draw:
        GET mess
        CP A,0
        JP Z,.done
        AT 2,24
        CALL .heap
        GET mess
        CP A,2
        JP C,.done
        AT 1,24
        CALL .heap
        GET mess
        CP A,3
        JP C,.done
        AT 2,16
        CALL .heap
        GET mess
        CP A,4
        JP C,.done
        AT 1,16
        CALL .heap
.done:  RET
.heap:  LD Y,phase
        CP MY,0
        JP Z,.other
        TILE tile_mess1
        ENDAT
        RET
.other: TILE tile_mess2
        ENDAT
        RET

; The egg: still at first, then it wobbles, then it cracks.
egg_scene:
        LD A,4
        LD M(wait_t),A
        SPR spr_egg
        POS 8
        GET egg_t+1
        CP A,0
        JP NZ,.crack
        CALZ rnd
        FAN A,0CH
        JP NZ,.draw
.tilt:  SPR spr_egg_tilt
        LD A,2
        LD M(wait_t),A
        GET phase
        LD M(facing),A
        JP .draw
.crack: SPR spr_egg_crack1
        GET egg_t
        CP A,8
        JP C,.rock
        SPR spr_egg_crack2
.rock:  LD A,2
        LD M(wait_t),A
        CALZ rnd
        FAN A,8
        JP NZ,.draw
        POS 7
        GET phase
        CP A,0
        JP Z,.draw
        POS 9
.draw:  CALZ draw16
        RET
        FITS 8

        PAGE 9
; Awake and the light on.
; Acts: 0 stands, 1 walks, 2 blinks, 3 hops, 4 looks about, 5 pecks, 6 is glad
pet_scene:
        CALLM mess_draw
        GET phase
        LD B,A                  ; B: which of two pictures
        LD A,4
        LD M(wait_t),A
        GET sick
        CP A,0
        JP NZ,.ill
        GET calling
        CP A,0
        JP NZ,.calls
        GET act_n
        CP A,0
        JP NZ,.act
        CALLM choose
.act:   LD X,act_n
        ADD MX,0FH
        GET pet_dir
        LD M(facing),A
        GET act
        CP A,1
        JP Z,.walk
        CP A,2
        JP Z,.blink
        CP A,3
        JP Z,.hop
        CP A,4
        JP Z,.look
        CP A,5
        JP Z,.peck
        CP A,6
        JP Z,.glad
        SPR spr_idle1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_idle2
.drawn: JP pet_draw
.blink: LD A,1
        LD M(wait_t),A
        SPR spr_blink
        JP pet_draw
.look:  SPR spr_look
        GET phase
        LD M(facing),A
        LD A,5
        LD M(wait_t),A
        JP pet_draw
.peck:  LD A,2
        LD M(wait_t),A
        SPR spr_walk1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_peck
        JP pet_draw
.hop:   LD A,2
        LD M(wait_t),A
        SPR spr_idle2
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_hop
        JP pet_draw
.glad:  LD A,3
        LD M(wait_t),A
        SPR spr_idle1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_cheer
        JP pet_draw
.ill:   AT 1,16
        TILE tile_skull
        ENDAT
        PUT pet_x,0
        SPR spr_sick
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_sad2
        JP pet_draw
.calls: CP A,4                  ; hungry or unhappy it weeps
        JP Z,.waves
        LD X,act_n
        ADD MX,1
        FAN MX,4
        JP NZ,.waves
        SPR spr_sad1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_sad2
        JP pet_draw
.waves: SPR spr_call1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_call2
        JP pet_draw
.walk:  LD A,4
        LD M(wait_t),A
        CALL step
        SPR spr_walk1
        GET phase
        CP A,0
        JP Z,.drawn
        SPR spr_walk2
; The chosen sprite where the pet stands, clear of the mess.
pet_draw:
        CALL room
        LD X,pet_x
        CP A,MX
        JP NC,.fits
        LD MX,A
.fits:  LD A,MX                 ; offset 10H + 4 * pet_x
        LD B,0
        ADD A,A
        ADC B,B
        ADD A,A
        ADC B,B
        ADD B,1
        LD X,at
        LDPX MX,A
        LD MX,B
        CALZ draw16
        RET

; A := the rightmost place it can stand.
room:   LD X,mess
        LD A,8
        CP MX,0
        JP Z,.done
        LD A,4
        CP MX,3
        JP C,.done
        LD A,0
.done:  RET

; One step; it turns round at the end of its room.
step:   GET pet_dir
        CP A,0
        JP NZ,.left
        CALL room
        LD X,pet_x
        CP MX,A
        JP NC,.turn
        ADD MX,1
        RET
.left:  LD X,pet_x
        CP MX,0
        JP Z,.turn
        ADD MX,0FH
        RET
.turn:  LD X,pet_dir
        XOR MX,1
        LD A,MX
        LD M(facing),A
        RET
        FITS 9
