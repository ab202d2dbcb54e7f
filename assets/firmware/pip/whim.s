; Pip: what it does of its own accord, and when touched.

        PAGE 10

; What next?
choose: CALZ rnd
        LD B,A
        CALZ rnd                ; leaves B alone
        AND A,3
        ADD A,3                 ; 3 to 6 pictures
        LD X,act_n
        LD MX,A
        LD X,act
        LD A,0
        CP B,3
        JP C,.set
        LD A,1
        CP B,9
        JP C,.walk
        LD A,3
        CP B,10
        JP C,.set
        LD A,4
        CP B,11
        JP C,.set
        LD A,5
        CP B,12
        JP C,.set
        LD A,6
        CP B,13
        JP C,.set
        LD A,2
        LD MX,A
        PUT act_n,1
        RET
.walk:  LD MX,A
        CALZ rnd
        AND A,1
        LD X,pet_dir
        LD MX,A
        RET
.set:   LD MX,A
        RET

; Touched. It starts and is glad; in the dark it opens its eyes.
poke:   GET stage
        CP A,0
        JP Z,.egg
        GET light_on
        CP A,0
        JP Z,.dark
        GET asleep
        CP A,0
        JP NZ,.sleeps
        PLAY t_tap
        GET pet_dir
        LD M(facing),A
        CALZ clear
        CALLM mess_draw
        SPR spr_poke
        CALLM pet_draw
        LD A,4
        CALZ show
        GET sick
        CP A,0
        JP NZ,.done
        GET calling
        CP A,0
        JP NZ,.done
        PUT act,3
        PUT act_n,4
        PUT phase,0
.done:  RET
.sleeps:
        CALZ clear
        CALLM mess_draw
        SPR spr_awake
        PUT phase,1
        CALLM sleeper
        LD A,5
        CALZ show
        RET
.dark:  CALZ clear
        PUT phase,1
        CALLM eyes
        CALZ invert
        LD A,5
        CALZ show
        RET
.egg:   PLAY t_crack
        ANIM a_rock
        RET
        FITS 10
free_10:                        ; wire.s goes on here
