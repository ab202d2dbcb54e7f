; Pip: the passing of time.

        PAGE 4

; Counts a two-nibble timer down; C = 0 when it was zero (it must be set again then).
DOWN    MACRO timer
        LD X,timer
        ADD MX,0FH
        INC X
        ADC MX,0FH
        ENDM

; Once a second, from wait_ev.
second: LD A,0FH
        LD XP,A
        LD X,76H
        LD MX,1                 ; watchdog
        LD A,0
        LD XP,A
        GET setting
        CP A,0
        JP NZ,.life
        LD X,seconds
        CALL sixty
        JP NC,.life
        LD X,minutes
        CALL sixty
        JP NC,.bed
        CALL hour_up
.bed:   CALL bedtime
        CALLM check_call
.life:  GET stage
        CP A,0
        JP NZ,.alive
        LD X,egg_t
        ADD MX,1
        INC X
        ADC MX,0
        RET
.alive: LD X,life_s
        CALL sixty
        JP NC,.done
        CALLM minute
.done:  RET
; BCD count 00-59 at X; C = 1 when it wraps.
sixty:  SDF
        ADD MX,1
        RDF
        JP NC,.tens
        INC X
        ADD MX,1
        CP MX,6                 ; C = 1 below six
        JP NC,.wrap
        RCF
.tens:  RET
.wrap:  LD MX,0
        SCF
        RET
minute_up:
        LD X,minutes
        JP sixty
hour_up:
        LD X,hours
        SDF
        ADD MX,1
        RDF
        INC X
        ADC MX,0
        CP MX,2
        JP NZ,.done
        LD X,hours
        CP MX,4
        JP NZ,.done
        LBPX MX,0
.done:  RET

; A new egg. RAM is all zero.
new_life:
        LD X,hours
        LBPX MX,12H
        PUT sound_on,1
        PUT light_on,1
        PUT icon,7
        PUT pet_x,4
        LD X,rng
        LBPX MX,0A5H
        LBPX MX,3CH
        LD X,magic
        LBPX MX,0A5H
        LBPX MX,0C3H
        LBPX MX,69H
        RET

; The pet as it leaves the egg: a little hungry, so that its first call comes soon.
newborn:
        PUT stage,1
        PUT hunger,1
        PUT happy,2
        LD X,weight
        LBPX MX,05H
        LD X,hunger_t
        LBPX MX,4
        LD X,happy_t
        LBPX MX,11
        LD X,mess_t
        LBPX MX,15
        LD X,life_s
        LBPX MX,0
        PUT act,0
        PUT act_n,6
        PUT pet_x,4
        PUT pet_dir,0
        RET

; Night is from 21:00 to 8:00. C = 1 at night.
night:  LD X,hours+1
        CP MX,2
        JP Z,.late
        CP MX,0
        JP NZ,.day
        LD X,hours
        CP MX,8                 ; C = 1 before eight
        RET
.late:  LD X,hours
        CP MX,0
        JP Z,.day
        SCF
        RET
.day:   RCF
        RET

; Goes to bed and gets up by the clock.
bedtime:
        GET stage
        CP A,0
        JP Z,.done
        CALL night
        GET asleep
        JP C,.night
        CP A,0
        JP Z,.done
        PUT asleep,0
        PUT light_on,1
        PUT act_n,0
        PLAY t_morning
        RET
.night: CP A,0
        JP NZ,.done
        PUT asleep,1
        PUT naughty,0
        PLAY t_night
.done:  RET
        FITS 4
free_4:

        PAGE 5
; A minute of life.
minute: LD X,age_min
        ADD MX,1
        INC X
        ADC MX,0
        INC X
        ADC MX,0
        CP MX,5                 ; 5A0H = 1440
        JP NZ,.sleep
        LD X,age_min+1
        CP MX,0AH
        JP NZ,.sleep
        LD X,age_min
        LBPX MX,0
        LD MX,0
        LD X,age
        SDF
        ADD MX,1
        INC X
        ADC MX,0
        RDF
.sleep: GET asleep
        CP A,0
        JP NZ,.calls
; Hearts. A baby's go faster.
        DOWN hunger_t
        JP C,.happy
        CALL set_hunger_t
        LD X,hunger
        CP MX,0
        JP Z,.happy
        ADD MX,0FH
.happy: DOWN happy_t
        JP C,.mess
        CALL set_happy_t
        LD X,happy
        CP MX,0
        JP Z,.mess
        ADD MX,0FH
.mess:  DOWN mess_t
        JP C,.health
        CALL set_mess_t
        LD X,mess
        CP MX,4
        JP Z,.health
        ADD MX,1
        PLAY t_mess
; It falls ill in a dirty place, and rarely just so.
.health:
        GET sick
        CP A,0
        JP NZ,.calls
        GET mess
        CP A,2
        JP C,.clean
        LD X,sick_t
        ADD MX,1
        INC X
        ADC MX,0
        CP MX,3                 ; 48 minutes
        JP C,.manners
        JP .ill
.clean: LD X,sick_t
        LBPX MX,0
        CALZ rnd
        CP A,0
        JP NZ,.manners
        CALZ rnd
        CP A,0
        JP NZ,.manners
        CALZ rnd
        CP A,0
        JP NZ,.manners
.ill:   LD X,sick_t
        LBPX MX,0
        PUT sick,2
        JP .calls
; Now and then it calls for nothing, until it has learned better.
.manners:
        GET discipline
        CP A,4
        JP NC,.calls
        GET naughty
        CP A,0
        JP NZ,.calls
        GET age_min+1           ; not in the first quarter of an hour
        LD X,age_min+2
        OR A,MX
        JP Z,.calls
        CALZ rnd
        CP A,0
        JP NZ,.calls
        CALZ rnd
        CP A,4
        JP NC,.calls
        PUT naughty,1
; A call that lasts too long is given up, and made again later.
.calls: GET calling
        CP A,0
        JP Z,.quiet
        LD X,call_t
        ADD MX,0FH
        CP MX,0
        JP Z,.missed
        CP MX,10                ; a reminder
        JP NZ,.check
        PLAY t_call
        JP .check
.missed:
        PUT calling,0
        PUT call_cool,15
        PUT naughty,0
        LD X,care_miss
        SDF
        ADD MX,1
        INC X
        ADC MX,0
        RDF
        JP .check
.quiet: GET asleep             ; let people sleep
        CP A,0
        JP NZ,.check
        LD X,call_cool
        CP MX,0
        JP Z,.check
        ADD MX,0FH
        JP NZ,.check
        PUT call_why,0
.check: JPM check_call

set_hunger_t:
        CALL young
        LD X,hunger_t
        JP C,.baby
        LBPX MX,49
        RET
.baby:  LBPX MX,19
        RET
set_happy_t:
        CALL young
        LD X,happy_t
        JP C,.baby
        LBPX MX,59
        RET
.baby:  LBPX MX,24
        RET
set_mess_t:
        CALZ rnd
        LD X,mess_t
        LDPX MX,A
        LD MX,4                 ; 64 to 79 minutes
        RET
; C = 1 in the first 64 minutes of life.
young:  LD X,age
        LDPX A,MX
        OR A,MX
        JP NZ,.no
        LD X,age_min+2
        CP MX,0
        JP NZ,.no
        LD X,age_min+1
        CP MX,4
        RET
.no:    RCF
        RET
        FITS 5
free_5:

        PAGE 6
; Does it need anything? Starts or ends a call. After every minute and every care.
check_call:
        GET stage
        CP A,0
        JP Z,.nothing
        GET asleep
        CP A,0
        JP Z,.awake
        LD B,3
        GET light_on
        CP A,0
        JP NZ,.why
        JP .nothing
.awake: LD B,5
        GET sick
        CP A,0
        JP NZ,.why
        LD B,1
        GET hunger
        CP A,0
        JP Z,.why
        LD B,2
        GET happy
        CP A,0
        JP Z,.why
        LD B,4
        GET naughty
        CP A,0
        JP NZ,.why
.nothing:
        PUT calling,0
        PUT call_why,0
        PUT call_cool,0
        RET
.why:   LD X,call_why
        CP B,MX
        JP Z,.known
        LD MX,B
        LD X,calling
        LD MX,B
        PUT call_t,15
        PLAY t_call
.known: RET

; A+C: sound on or off, and a picture that says so.
switch_sound:
        LD X,sound_on
        XOR MX,1
        CALZ clear
        AT 1,8
        TILE tile_note
        ENDAT
        GET sound_on
        CP A,0
        JP NZ,.on
        AT 1,17
        TILE tile_cross
        AT 2,10
        GLYPH g_O
        GLYPH g_F
        GLYPH g_F
        JP .show
.on:    AT 1,17
        TILE tile_waves
        AT 2,12
        GLYPH g_O
        GLYPH g_N
        PLAY t_happy
.show:  LD A,8
        CALZ show
        RET
