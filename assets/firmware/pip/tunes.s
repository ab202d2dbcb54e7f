; Pip: tunes. The buzzer's eight tones: 0 = 4096 Hz (C), 1 = 3277 (A flat), 2 = 2731 (F),
; 3 = 2341 (D), 4 = 2048 (C), 5 = 1638 (A flat), 6 = 1365 (F), 7 = 1170 (D).

        PAGE 3

N       MACRO tone,length       ; length in 1/32 s, 1-15
        RETD (tone)+((length) SHL 4)
        ENDM
R       MACRO length
        RETD 8+((length) SHL 4)
        ENDM
FIN     MACRO
        RETD 0
        ENDM

tunes:
t_key:      N 4,1
            FIN
t_ok:       N 4,2
            N 2,3
            FIN
t_no:       N 7,3
            R 1
            N 7,5
            FIN
t_tap:      N 1,2
            N 0,3
            FIN
t_bite:     N 6,1
            R 1
            N 5,1
            FIN
t_crack:    N 2,1
            R 1
            N 7,1
            FIN
t_happy:    N 4,3
            N 2,3
            N 1,3
            N 0,6
            FIN
t_sad:      N 2,4
            N 3,4
            N 5,4
            N 7,9
            FIN
t_call:     N 2,3
            N 0,3
            R 2
            N 2,3
            N 0,3
            R 2
            N 1,3
            N 0,7
            FIN
t_mess:     N 5,2
            N 6,2
            N 7,5
            FIN
t_hatch:    N 6,4
            N 5,4
            N 4,4
            N 2,6
            R 2
            N 4,3
            N 2,3
            N 1,3
            N 0,10
            R 3
            N 1,3
            N 0,10
            FIN
t_morning:  N 4,4
            N 2,4
            N 4,4
            N 1,8
            N 2,4
            N 0,8
            FIN
t_night:    N 1,6
            N 2,6
            N 4,6
            N 5,6
            N 6,12
            FIN
t_wash:     N 6,1
            N 5,1
            N 4,1
            N 3,1
            N 2,1
            N 1,1
            R 2
            N 5,1
            N 4,1
            N 3,1
            N 2,1
            N 1,1
            N 0,1
            FIN
t_cure:     N 7,2
            R 1
            N 7,2
            R 4
            N 4,3
            N 3,3
            N 2,6
            FIN
t_scold:    N 6,3
            R 1
            N 6,3
            R 1
            N 7,8
            FIN
t_game:     N 4,3
            N 4,3
            N 2,3
            N 4,3
            N 1,6
            FIN
t_hide:     N 3,1
            N 5,1
            N 3,1
            N 5,1
            FIN
t_found:    N 2,2
            N 1,2
            N 0,5
            FIN
t_lost:     N 5,3
            N 6,3
            N 7,6
            FIN
t_win:      N 4,2
            N 2,2
            N 1,2
            N 0,4
            R 1
            N 1,2
            N 0,9
            FIN
        FITS 3

; Scripts.
scripts EQU 0300H
a_refuse:
        STEP spr_refuse,8,3,0
        STEP spr_refuse,8,3,1
        STEP spr_refuse,8,3,0
        STEP spr_refuse,8,3,1
        STOP
a_joy:  STEP spr_cheer,8,3,0
        STEP spr_hop,8,3,0
        STEP spr_cheer,8,3,0
        STEP spr_hop,8,3,0
        STEP spr_cheer,8,3,0
        STOP
a_scold:
        STEP spr_poke,8,4,0
        STEP spr_sad1,8,4,0
        STEP spr_sad2,8,4,0
        STEP spr_sad1,8,6,0
        STOP
a_why:  STEP spr_look,8,4,0
        STEP spr_look,8,4,1
        STEP spr_blink,8,2,0
        STEP spr_idle1,8,4,0
        STOP
a_rock: STEP spr_egg_tilt,8,1,0
        STEP spr_egg_tilt,8,1,1
        STEP spr_egg_tilt,8,1,0
        STEP spr_egg_tilt,8,1,1
        STOP
a_shake:
        STEP spr_egg_crack2,7,1,0
        STEP spr_egg_crack2,9,1,0
        STOP
a_open: STEP spr_egg_crack2,8,5,0
        STEP spr_egg_open,8,7,0
        STOP
a_peep: STEP spr_shell_peep,8,4,0
        STEP spr_shell_pip,8,5,0
        STEP spr_shell_peep,8,3,0
        STEP spr_shell_pip,8,4,0
        STOP
a_born: STEP spr_cheer,3,4,0
        STEP spr_hop,5,3,0
        STEP spr_idle2,8,3,0
        STEP spr_cheer,8,6,0
        STOP
        FITS 3
