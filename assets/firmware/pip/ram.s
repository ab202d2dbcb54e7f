; Pip: data memory. Names end up in pip.sym.
;
; 000-00F  short-address nibbles, shared with the interrupt handler
; 010-0BF  the pet and the program's variables; 065-092 those of a visit
; 0C0-0FF  stack (grows down from 0FF)
; 100-15F  frame, upper eight rows: 48 columns x 2 nibbles, the middle 32 are seen
; 160-17F  workshop for mirrored sprites, upper eight rows
; 180-1FF  free
; 200-25F  frame, lower eight rows
; 260-27F  workshop, lower eight rows

        RAM 000H
t8      RES 1           ; eighths of a second not yet used up by the main program
secs    RES 1           ; seconds not yet lived by the main program
k_prev  RES 1           ; buttons at the last poll (1 = pressed; A 4, B 2, C 1, tap 8)
k_down  RES 1           ; buttons, debounced
k_hit   RES 1           ; new presses for the main program
k_pend  RES 1           ; new presses that may still become A+C
pend_t  RES 1           ; polls until k_pend is handed over
snd_t   RES 1           ; 1/32 s until the next note, 0 = no tune
snd_lo  RES 1           ; next note in the tune page
snd_hi  RES 1
run_p   RES 1           ; picture run to draw: page ...
run_l   RES 1           ; ... and low nibble of its step
wait_t  RES 1           ; eighths of a second until wait_ev returns
spr_lo  RES 1           ; sprite: step / 16
spr_hi  RES 1           ; sprite: page
facing    RES 1           ; 1 = draw mirrored

        RAM 010H
magic   RES 6           ; 5 A 3 C 9 6 while the RAM holds a life
; The clock, BCD, low digit first.
seconds RES 2
minutes RES 2
hours   RES 2           ; 00-23
clock_set RES 1         ; 1 once the owner has set the clock
setting RES 1           ; 1 while the setting page is open: the clock stands still
sound_on RES 1          ; 1 = sound, 0 = muted
; The pet.
stage   RES 1           ; 0 egg, 1 hatched
egg_t   RES 2           ; seconds in the egg
life_s  RES 2           ; seconds of the running minute of life, BCD
age_min RES 3           ; minutes of the running day of life, binary, low nibble first
age     RES 2           ; days, BCD
weight  RES 2           ; BCD
hunger  RES 1           ; full hearts, 0-4
happy   RES 1           ; full hearts, 0-4
hunger_t RES 2          ; minutes until a heart is lost
happy_t RES 2
mess    RES 1           ; heaps to be cleaned, 0-4
mess_t  RES 2           ; minutes until the next one
sick    RES 1           ; doses of medicine needed, 0 = well
sick_t  RES 2           ; minutes lived in a dirty place
discipline RES 1        ; 0-4
naughty RES 1           ; 1 = it calls for nothing
asleep  RES 1
light_on RES 1
calling RES 1           ; why it calls now: 0 no, 1 hungry, 2 unhappy, 3 light, 4 naughty, 5 sick
call_why RES 1          ; the reason as last seen, also after the call was given up
call_t  RES 1           ; minutes until the call is given up
call_cool RES 1         ; minutes until it calls again
care_miss RES 2         ; calls that nobody answered, BCD
rng     RES 4           ; the dice
; The program.
icon    RES 1           ; selected icon 0-6, 7 = none
at_home RES 1           ; 1 while the home picture waits for a press
pet_x   RES 1           ; where it stands, 0-8, in steps of two dots
pet_dir RES 1           ; 0 right, 1 left
act     RES 1           ; what it is doing
act_n   RES 1           ; for how many more pictures
phase   RES 1           ; 0/1, the two pictures of a movement
step_spr RES 2          ; the running step of a script: sprite, ...
at      RES 2           ; ... byte offset of the next sprite in the frame, ...
step_t  RES 1           ; ... eighths of a second, ...
step_f  RES 1           ; ... face
script  RES 2           ; next word of the running script
note    RES 2           ; tone and length of the note that plays
page_t  RES 2           ; half seconds since the last press on a page
choice  RES 1           ; cursor of a two-picture menu
menu_l  RES 2           ; sprites of that menu
menu_r  RES 2
food    RES 1           ; what is eaten: tile number of the whole piece
bite    RES 1
round   RES 1           ; game: rounds left
wins    RES 1
side    RES 1           ; game: where it hides
wash    RES 2           ; offset of the wave
count   RES 1           ; loop counter of an animation
visits  RES 2           ; visits of friends, BCD
; A friend's visit; LINK.md. my_* and in_frame hold the nibbles of a frame at their positions 1-13.
guest_at RES 2          ; byte offset of the guest in the frame
l_quiet RES 2           ; half seconds since the last progress
l_most  RES 1           ; sixteenths of it that are waited for
l_met   RES 1           ; 1 = the friend has heard this visit's number
guest_phase RES 1       ; what the friend's last frame said ...
guest_heard RES 1
        RAM 070H
l_pos   RES 1           ; position that is sent next, 0 between frames
my_kind RES 1           ; 1
my_phase RES 1          ; 0 looks, 1 arrived, 2 greets, 3 parts, 4 home, 15 gives up
my_heard RES 1          ; the friend's phase as last heard
my_number RES 2         ; this visit's number here ...
my_echo RES 2           ; ... and there, 0 until it is heard
my_char RES 1           ; 1 = Pip
my_mood RES 1           ; 0 well, 1 glad, 2 sad
my_gift RES 1           ; 0 heart, 1 star, 2 berry, 3 cake
my_seq  RES 1           ; frames sent
my_sum  RES 2
l_gap   RES 1           ; bytes of silence until the next frame
        RAM 080H
l_want  RES 1           ; position that is heard next, 0 = wait for a first
in_frame RES 13
in_sum  RES 2
guest_char RES 1        ; ... and its creature
guest_mood RES 1
guest_gift RES 1

        RAM 100H
frame_up RES 96
shop_up RES 32
        RAM 200H
frame_low RES 96
shop_low RES 32
