//! The E0C6200 core: registers, and the loop that executes instructions.

use crate::bus::{Far, RAM};
use crate::decode::{Kind, Op, address, place, slot};
use crate::output::Sink;
use crate::program::SLOTS;
use serde::{Deserialize, Serialize};

/// Flag bits in the order of PUSH F: D3 = I, D2 = D, D1 = Z, D0 = C.
pub mod flag {
    /// Carry or borrow.
    pub const C: u8 = 1;
    /// Zero.
    pub const Z: u8 = 2;
    /// Decimal mode.
    pub const D: u8 = 4;
    /// Interrupts enabled.
    pub const I: u8 = 8;
}

/// No PSET is waiting for its branch.
pub(crate) const NO_PSET: u8 = 0xFF;

/// The CPU's registers (CM 2). Plain data; every field within its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Registers {
    /// Program counter, 13 bits: bank, page, step.
    pub pc: u16,
    /// What PSET left for the next instruction: bank and page, 5 bits; 0xFF when the last
    /// instruction was not a PSET (then the latch holds the program counter's own page).
    pub pset: u8,
    /// Accumulator A, 4 bits.
    pub a: u8,
    /// Accumulator B, 4 bits.
    pub b: u8,
    /// Index register X, 12 bits.
    pub x: u16,
    /// Index register Y, 12 bits.
    pub y: u16,
    /// Stack pointer, 8 bits; points into data page 0.
    pub sp: u8,
    /// Flags I D Z C in bits 3–0.
    pub flags: u8,
    /// HALT was executed and nothing has woken the CPU yet.
    pub halted: bool,
    /// EI or SET F with I was the last instruction: interrupts wait for one more (CM 2.5.2).
    pub ei_shadow: bool,
}

impl Registers {
    /// After a power-on reset (TM 4.1): page 1 step 0, interrupts off; what the manual leaves
    /// undefined is 0.
    pub(crate) const POWER_ON: Registers = Registers {
        pc: 0x100,
        pset: NO_PSET,
        a: 0,
        b: 0,
        x: 0,
        y: 0,
        sp: 0,
        flags: 0,
        halted: false,
        ei_shadow: false,
    };

    /// The bank and page latch as the next instruction sees it, 5 bits.
    #[must_use]
    pub fn np(&self) -> u8 {
        if self.pset == NO_PSET { (self.pc >> 8) as u8 } else { self.pset }
    }

    /// A reset that is not a power-on: RAM and registers survive but for PC, latch, I and D.
    pub(crate) fn reset(&mut self) {
        *self = Registers {
            a: self.a,
            b: self.b,
            x: self.x,
            y: self.y,
            sp: self.sp,
            flags: self.flags & (flag::C | flag::Z),
            ..Registers::POWER_ON
        };
    }

    /// Enters the handler at `vector` of page 1 in the current bank (CM 2.5.3).
    pub(crate) fn interrupt(&mut self, vector: u8, ram: &mut [u8; RAM]) {
        for shift in [8, 4, 0] {
            self.sp = self.sp.wrapping_sub(1);
            ram[usize::from(self.sp)] = (self.pc >> shift & 15) as u8;
        }
        self.flags &= !flag::I;
        self.pc = self.pc & 0x1000 | 0x100 | u16::from(vector);
        self.halted = false;
    }
}

/// Low bits of the loop's counter, which count instructions; clocks left to run are above them.
const COUNT: u32 = 24;
/// The most CPU clocks that one call of [`execute`] is given, so that the count fits.
pub(crate) const MOST_CLOCKS: i64 = 1 << 25;

/// Executes instructions from `first`, which is the one at `r.pc`, until `budget` clocks (at most
/// [`MOST_CLOCKS`]) have passed or something happened that the caller must look at: a flag of an
/// interrupt, a mask, I, HALT. Always executes at least one. Returns the clocks that passed and the
/// number of instructions.
///
/// Everything lives in local variables, so that it stays in the host's registers. `acc` holds the
/// clocks left, less one, above the number of instructions executed: one subtraction serves both,
/// and its sign ends the loop.
pub(crate) fn execute<S: Sink + ?Sized>(
    r: &mut Registers,
    first: &Op,
    ops: &[Op; SLOTS],
    ram: &mut [u8; RAM],
    far: &mut Far<'_, S>,
    budget: i64,
) -> (i64, u64) {
    let budget = budget.clamp(1, MOST_CLOCKS);
    let mut acc = (budget - 1) << COUNT;
    let mut op = first;
    let mut ip = usize::from(slot(r.pc));
    let ram_len = u32::from(far.model.ram_nibbles).min(RAM as u32);
    // C is 0 or 1; Z is set when `z` is 0.
    far.side = Side {
        x: u32::from(r.x),
        y: u32::from(r.y),
        sp: r.sp,
        a: r.a,
        b: r.b,
        c: r.flags & flag::C,
        z: u8::from(r.flags & flag::Z == 0),
        di: r.flags & (flag::D | flag::I),
        budget,
        probe: Probe::NONE,
    };
    r.pset = NO_PSET;
    r.ei_shadow = false;

    /// CPU clocks since the call.
    macro_rules! elapsed {
        () => {
            far.side.budget - 1 - (acc >> COUNT)
        };
    }
    /// One instruction of so many clocks.
    macro_rules! cost {
        ($clocks:expr) => {
            acc -= ($clocks << COUNT) - 1
        };
    }
    /// Makes the running instruction the last one.
    macro_rules! stop {
        () => {{
            far.side.budget -= acc >> COUNT;
            acc &= (1 << COUNT) - 1;
        }};
    }
    macro_rules! load {
        ($at:expr) => {{
            if $at < ram_len {
                ram[$at as usize]
            } else {
                let value = far.read($at as u16, elapsed!());
                if core::mem::take(&mut far.recheck) {
                    stop!();
                }
                value
            }
        }};
    }
    macro_rules! store {
        ($at:expr, $value:expr) => {{
            let value = $value;
            if $at < ram_len {
                ram[$at as usize] = value;
            } else {
                far.write($at as u16, value, elapsed!());
                if core::mem::take(&mut far.recheck) {
                    stop!();
                }
            }
        }};
    }
    /// Operand r or q.
    macro_rules! get {
        (A) => {
            far.side.a
        };
        (B) => {
            far.side.b
        };
        (X) => {
            load!(far.side.x)
        };
        (Y) => {
            load!(far.side.y)
        };
    }
    macro_rules! set {
        (A, $value:expr) => {
            far.side.a = $value
        };
        (B, $value:expr) => {
            far.side.b = $value
        };
        (X, $value:expr) => {
            store!(far.side.x, $value)
        };
        (Y, $value:expr) => {
            store!(far.side.y, $value)
        };
    }
    /// Low eight bits of an index register move on, without carry into the page.
    macro_rules! bump {
        ($index:expr, $n:expr) => {
            $index = $index & 0xF00 | ($index + $n) & 0xFF
        };
    }
    /// Sum with decimal correction where D is set (CM 2.2.4).
    macro_rules! add {
        ($v:expr, $o:expr, $carry:expr) => {{
            let sum = $v + $o + $carry;
            if far.side.di & flag::D == 0 {
                (far.side.c, far.side.z) = (sum >> 4, sum & 15);
            } else if sum >= 10 {
                (far.side.c, far.side.z) = (1, (sum - 10) & 15);
            } else {
                (far.side.c, far.side.z) = (0, sum);
            }
            far.side.z
        }};
    }
    /// Difference with decimal correction where D is set.
    macro_rules! sub {
        ($v:expr, $o:expr, $borrow:expr) => {{
            let difference = $v.wrapping_sub($o).wrapping_sub($borrow);
            far.side.c = difference >> 7;
            // 6 where D is set and there is a borrow.
            let correction = (far.side.c << 2 & far.side.di) * 3 >> 1;
            far.side.z = difference.wrapping_sub(correction) & 15;
            far.side.z
        }};
    }
    macro_rules! compare {
        ($v:expr, $o:expr) => {{
            let difference = $v.wrapping_sub($o);
            far.side.c = difference >> 7;
            far.side.z = difference & 15;
        }};
    }
    macro_rules! logic {
        ($value:expr) => {{
            far.side.z = $value;
            far.side.z
        }};
    }
    macro_rules! push {
        ($value:expr) => {{
            let value = $value;
            far.side.sp = far.side.sp.wrapping_sub(1);
            ram[usize::from(far.side.sp)] = value;
        }};
    }
    macro_rules! pop {
        () => {{
            let value = ram[usize::from(far.side.sp)];
            far.side.sp = far.side.sp.wrapping_add(1);
            value
        }};
    }
    /// Pops a return address into `ip`; the bank stays.
    macro_rules! pop_ip {
        () => {{
            let low = usize::from(pop!());
            let high = usize::from(pop!());
            let page = usize::from(pop!());
            ip = ip & 0x2000 | page << 8 | high << 4 | low;
        }};
    }
    /// Pushes the address behind the word at `ip` plus `last`.
    macro_rules! push_ip {
        ($last:expr) => {{
            let next = ip + $last + 1;
            push!((next >> 8 & 15) as u8);
            push!((next >> 4 & 15) as u8);
            push!((next & 15) as u8);
        }};
    }
    macro_rules! index {
        () => {
            ((if op.b() & place::Y != 0 { far.side.y } else { far.side.x }) >> (op.b() & 15) & 15) as u8
        };
    }
    macro_rules! set_index {
        ($value:expr) => {{
            let (value, shift) = (u32::from($value), op.b() & 15);
            if op.b() & place::Y != 0 {
                far.side.y = far.side.y & !(15 << shift) | value << shift;
            } else {
                far.side.x = far.side.x & !(15 << shift) | value << shift;
            }
        }};
    }
    /// LBPX and RETD: the low nibble goes to X, the high one to X+1.
    macro_rules! store_byte {
        () => {{
            store!(far.side.x, op.a() & 15);
            bump!(far.side.x, 1);
            store!(far.side.x, op.a() >> 4);
            bump!(far.side.x, 1);
        }};
    }
    macro_rules! flags {
        () => {
            far.side.di | u8::from(far.side.z == 0) << 1 | far.side.c
        };
    }
    macro_rules! set_flags {
        ($value:expr) => {{
            let value = $value;
            far.side.di = value & (flag::D | flag::I);
            far.side.z = u8::from(value & flag::Z == 0);
            far.side.c = value & flag::C;
        }};
    }
    macro_rules! branch {
        ($taken:expr) => {{
            cost!(5);
            ip = if $taken { usize::from(op.operand) } else { ip + 1 };
        }};
    }
    macro_rules! branch_leaving {
        ($taken:expr) => {{
            cost!(5);
            if $taken {
                far.side.probe = Probe::NONE;
                ip = usize::from(op.operand);
            } else {
                ip += 1;
            }
        }};
    }
    /// The jump at the end of a loop that only reads. When a turn left everything as it was, the
    /// turns up to the next change of anything that it reads are the same, and are taken at once.
    macro_rules! branch_idle {
        ($taken:expr) => {{
            cost!(5);
            if $taken {
                let now = Probe {
                    ip,
                    a: far.side.a,
                    b: far.side.b,
                    x: far.side.x,
                    y: far.side.y,
                    sp: far.side.sp,
                    c: far.side.c,
                    z: far.side.z,
                    di: far.side.di,
                    clocks: elapsed!(),
                    count: acc & ((1 << COUNT) - 1),
                };
                if acc >= 0 && now.same_place(&far.side.probe) && !far.touched {
                    let turn = now.clocks - far.side.probe.clocks;
                    let until = far.clocks_until(far.horizon.saturating_sub(1));
                    let turns = (until - now.clocks).min(acc >> COUNT).max(0) / turn;
                    acc -= turns * ((turn << COUNT) - (now.count - far.side.probe.count));
                }
                far.side.probe = Probe { clocks: elapsed!(), count: acc & ((1 << COUNT) - 1), ..now };
                far.touched = false;
                far.horizon = u64::MAX;
                ip = usize::from(op.operand);
            } else {
                far.side.probe = Probe::NONE;
                ip += 1;
            }
        }};
    }
    /// PSET and its branch; alone where the time ends between them.
    macro_rules! branch_far {
        ($taken:expr) => {{
            cost!(5);
            ip += 1;
            if acc < 0 {
                r.pset = (address(op.operand) >> 8) as u8;
            } else {
                cost!(5);
                ip = if $taken { usize::from(op.operand) } else { ip + 1 };
            }
        }};
    }

    macro_rules! pairs {
        (ld $r:ident $q:ident) => {{
            let v = get!($q);
            set!($r, v);
            cost!(5);
        }};
        (ldpx $r:ident $q:ident) => {{
            let v = get!($q);
            set!($r, v);
            bump!(far.side.x, 1);
            cost!(5);
        }};
        (ldpy $r:ident $q:ident) => {{
            let v = get!($q);
            set!($r, v);
            bump!(far.side.y, 1);
            cost!(5);
        }};
        (add $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, add!(v, o, 0));
            cost!(7);
        }};
        (adc $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, add!(v, o, far.side.c));
            cost!(7);
        }};
        (sub $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, sub!(v, o, 0));
            cost!(7);
        }};
        (sbc $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, sub!(v, o, far.side.c));
            cost!(7);
        }};
        (and $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, logic!(v & o));
            cost!(7);
        }};
        (or $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, logic!(v | o));
            cost!(7);
        }};
        (xor $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            set!($r, logic!(v ^ o));
            cost!(7);
        }};
        (cp $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            compare!(v, o);
            cost!(7);
        }};
        (fan $r:ident $q:ident) => {{
            let v = get!($r);
            let o = get!($q);
            far.side.z = v & o;
            cost!(7);
        }};
    }
    macro_rules! singles {
        (ld $r:ident) => {{
            set!($r, op.a());
            cost!(5);
        }};
        (add $r:ident) => {{
            let v = get!($r);
            set!($r, add!(v, op.a(), 0));
            cost!(7);
        }};
        (adc $r:ident) => {{
            let v = get!($r);
            set!($r, add!(v, op.a(), far.side.c));
            cost!(7);
        }};
        (sbc $r:ident) => {{
            let v = get!($r);
            set!($r, sub!(v, op.a(), far.side.c));
            cost!(7);
        }};
        (and $r:ident) => {{
            let v = get!($r);
            set!($r, logic!(v & op.a()));
            cost!(7);
        }};
        (or $r:ident) => {{
            let v = get!($r);
            set!($r, logic!(v | op.a()));
            cost!(7);
        }};
        (xor $r:ident) => {{
            let v = get!($r);
            set!($r, logic!(v ^ op.a()));
            cost!(7);
        }};
        (cp $r:ident) => {{
            let v = get!($r);
            compare!(v, op.a());
            cost!(7);
        }};
        (fan $r:ident) => {{
            let v = get!($r);
            far.side.z = v & op.a();
            cost!(7);
        }};
        (rlc $r:ident) => {{
            let v = get!($r);
            far.side.z = v << 1 & 15 | far.side.c;
            far.side.c = v >> 3;
            set!($r, far.side.z);
            cost!(7);
        }};
        (rrc $r:ident) => {{
            let v = get!($r);
            far.side.z = v >> 1 | far.side.c << 3;
            far.side.c = v & 1;
            set!($r, far.side.z);
            cost!(5);
        }};
        (acpx $r:ident) => {{
            let v = load!(far.side.x);
            let o = get!($r);
            store!(far.side.x, add!(v, o, far.side.c));
            bump!(far.side.x, 1);
            cost!(7);
        }};
        (acpy $r:ident) => {{
            let v = load!(far.side.y);
            let o = get!($r);
            store!(far.side.y, add!(v, o, far.side.c));
            bump!(far.side.y, 1);
            cost!(7);
        }};
        (scpx $r:ident) => {{
            let v = load!(far.side.x);
            let o = get!($r);
            store!(far.side.x, sub!(v, o, far.side.c));
            bump!(far.side.x, 1);
            cost!(7);
        }};
        (scpy $r:ident) => {{
            let v = load!(far.side.y);
            let o = get!($r);
            store!(far.side.y, sub!(v, o, far.side.c));
            bump!(far.side.y, 1);
            cost!(7);
        }};
        (push $r:ident) => {{
            let v = get!($r);
            push!(v);
            cost!(5);
        }};
        (pop $r:ident) => {{
            let v = pop!();
            set!($r, v);
            cost!(5);
        }};
        (ld_index $r:ident) => {{
            let v = get!($r);
            set_index!(v);
            cost!(5);
        }};
        (index_ld $r:ident) => {{
            let v = index!();
            set!($r, v);
            cost!(5);
        }};
        (ld_sp $r:ident) => {{
            let v = get!($r);
            far.side.sp = far.side.sp & !(15 << op.b()) | v << op.b();
            cost!(5);
        }};
        (sp_ld $r:ident) => {{
            let v = far.side.sp >> op.b() & 15;
            set!($r, v);
            cost!(5);
        }};
    }
    /// The whole instruction set: every arm of the loop.
    macro_rules! instructions {
        (
            pairs { $($pair:ident: $aa:ident $ab:ident $ax:ident $ay:ident $ba:ident $bb:ident $bx:ident $by:ident
                $xa:ident $xb:ident $xx:ident $xy:ident $ya:ident $yb:ident $yx:ident $yy:ident;)+ }
            singles { $($single:ident: $a:ident $b:ident $x:ident $y:ident;)+ }
            jumps { $($jp:ident $idle:ident $leave:ident $far:ident $taken:expr;)+ }
            others { $($other:pat => $body:block)+ }
        ) => {
            match op.kind {
                $(
                    Kind::$aa => { pairs!($pair A A); ip += 1; }
                    Kind::$ab => { pairs!($pair A B); ip += 1; }
                    Kind::$ax => { pairs!($pair A X); ip += 1; }
                    Kind::$ay => { pairs!($pair A Y); ip += 1; }
                    Kind::$ba => { pairs!($pair B A); ip += 1; }
                    Kind::$bb => { pairs!($pair B B); ip += 1; }
                    Kind::$bx => { pairs!($pair B X); ip += 1; }
                    Kind::$by => { pairs!($pair B Y); ip += 1; }
                    Kind::$xa => { pairs!($pair X A); ip += 1; }
                    Kind::$xb => { pairs!($pair X B); ip += 1; }
                    Kind::$xx => { pairs!($pair X X); ip += 1; }
                    Kind::$xy => { pairs!($pair X Y); ip += 1; }
                    Kind::$ya => { pairs!($pair Y A); ip += 1; }
                    Kind::$yb => { pairs!($pair Y B); ip += 1; }
                    Kind::$yx => { pairs!($pair Y X); ip += 1; }
                    Kind::$yy => { pairs!($pair Y Y); ip += 1; }
                )+
                $(
                    Kind::$a => { singles!($single A); ip += 1; }
                    Kind::$b => { singles!($single B); ip += 1; }
                    Kind::$x => { singles!($single X); ip += 1; }
                    Kind::$y => { singles!($single Y); ip += 1; }
                )+
                $(
                    Kind::$jp => branch!($taken),
                    Kind::$idle => branch_idle!($taken),
                    Kind::$leave => branch_leaving!($taken),
                    Kind::$far => branch_far!($taken),
                )+
                $($other => $body)+
            }
        };
    }

    loop {
        instructions! {
            pairs {
                ld: LdAA LdAB LdAX LdAY LdBA LdBB LdBX LdBY LdXA LdXB LdXX LdXY LdYA LdYB LdYX LdYY;
                ldpx: LdpxAA LdpxAB LdpxAX LdpxAY LdpxBA LdpxBB LdpxBX LdpxBY LdpxXA LdpxXB LdpxXX LdpxXY LdpxYA LdpxYB LdpxYX LdpxYY;
                ldpy: LdpyAA LdpyAB LdpyAX LdpyAY LdpyBA LdpyBB LdpyBX LdpyBY LdpyXA LdpyXB LdpyXX LdpyXY LdpyYA LdpyYB LdpyYX LdpyYY;
                add: AddAA AddAB AddAX AddAY AddBA AddBB AddBX AddBY AddXA AddXB AddXX AddXY AddYA AddYB AddYX AddYY;
                adc: AdcAA AdcAB AdcAX AdcAY AdcBA AdcBB AdcBX AdcBY AdcXA AdcXB AdcXX AdcXY AdcYA AdcYB AdcYX AdcYY;
                sub: SubAA SubAB SubAX SubAY SubBA SubBB SubBX SubBY SubXA SubXB SubXX SubXY SubYA SubYB SubYX SubYY;
                sbc: SbcAA SbcAB SbcAX SbcAY SbcBA SbcBB SbcBX SbcBY SbcXA SbcXB SbcXX SbcXY SbcYA SbcYB SbcYX SbcYY;
                and: AndAA AndAB AndAX AndAY AndBA AndBB AndBX AndBY AndXA AndXB AndXX AndXY AndYA AndYB AndYX AndYY;
                or: OrAA OrAB OrAX OrAY OrBA OrBB OrBX OrBY OrXA OrXB OrXX OrXY OrYA OrYB OrYX OrYY;
                xor: XorAA XorAB XorAX XorAY XorBA XorBB XorBX XorBY XorXA XorXB XorXX XorXY XorYA XorYB XorYX XorYY;
                cp: CpAA CpAB CpAX CpAY CpBA CpBB CpBX CpBY CpXA CpXB CpXX CpXY CpYA CpYB CpYX CpYY;
                fan: FanAA FanAB FanAX FanAY FanBA FanBB FanBX FanBY FanXA FanXB FanXX FanXY FanYA FanYB FanYX FanYY;
            }
            singles {
                ld: LdAi LdBi LdXi LdYi;
                add: AddAi AddBi AddXi AddYi;
                adc: AdcAi AdcBi AdcXi AdcYi;
                sbc: SbcAi SbcBi SbcXi SbcYi;
                and: AndAi AndBi AndXi AndYi;
                or: OrAi OrBi OrXi OrYi;
                xor: XorAi XorBi XorXi XorYi;
                cp: CpAi CpBi CpXi CpYi;
                fan: FanAi FanBi FanXi FanYi;
                rlc: RlcA RlcB RlcX RlcY;
                rrc: RrcA RrcB RrcX RrcY;
                acpx: AcpxA AcpxB AcpxX AcpxY;
                acpy: AcpyA AcpyB AcpyX AcpyY;
                scpx: ScpxA ScpxB ScpxX ScpxY;
                scpy: ScpyA ScpyB ScpyX ScpyY;
                push: PushA PushB PushX PushY;
                pop: PopA PopB PopX PopY;
                ld_index: LdIndexA LdIndexB LdIndexX LdIndexY;
                index_ld: LdAIndex LdBIndex LdXIndex LdYIndex;
                ld_sp: LdSpA LdSpB LdSpX LdSpY;
                sp_ld: LdASp LdBSp LdXSp LdYSp;
            }
            jumps {
                Jp JpIdle JpLeave PsetJp true;
                JpC JpIdleC JpLeaveC PsetJpC far.side.c != 0;
                JpNc JpIdleNc JpLeaveNc PsetJpNc far.side.c == 0;
                JpZ JpIdleZ JpLeaveZ PsetJpZ far.side.z == 0;
                JpNz JpIdleNz JpLeaveNz PsetJpNz far.side.z != 0;
            }
            others {
                Kind::Jpba => {
                    cost!(5);
                    ip = usize::from(slot(u16::from(op.a()) << 8 | u16::from(far.side.b) << 4 | u16::from(far.side.a)));
                }
                Kind::Call | Kind::Calz => {
                    push_ip!(0);
                    cost!(7);
                    ip = usize::from(op.operand);
                }
                Kind::Ret => {
                    pop_ip!();
                    cost!(7);
                }
                Kind::Rets => {
                    pop_ip!();
                    cost!(12);
                    ip = ip & 0x2000 | (ip + 1) & 0xFFF;
                }
                Kind::Retd => {
                    pop_ip!();
                    store_byte!();
                    cost!(12);
                }
                Kind::Pset => {
                    cost!(5);
                    ip += 1;
                    if acc < 0 {
                        r.pset = op.a();
                    }
                }
                Kind::PsetLast => {
                    r.pset = op.a();
                    stop!();
                    cost!(5);
                    ip += 1;
                }
                Kind::PsetJpba => {
                    cost!(5);
                    ip += 1;
                    if acc < 0 {
                        r.pset = op.a();
                    } else {
                        cost!(5);
                        ip = usize::from(slot(u16::from(op.a()) << 8 | u16::from(far.side.b) << 4 | u16::from(far.side.a)));
                    }
                }
                Kind::PsetCall => {
                    cost!(5);
                    if acc < 0 {
                        ip += 1;
                        r.pset = (address(op.operand) >> 8) as u8;
                    } else {
                        push_ip!(1);
                        cost!(7);
                        ip = usize::from(op.operand);
                    }
                }
                Kind::Nop5 => {
                    cost!(5);
                    ip += 1;
                }
                Kind::Nop7 => {
                    cost!(7);
                    ip += 1;
                }
                Kind::Halt => {
                    r.halted = true;
                    stop!();
                    cost!(5);
                    ip += 1;
                }
                Kind::LdX => {
                    far.side.x = far.side.x & 0xF00 | u32::from(op.a());
                    cost!(5);
                    ip += 1;
                }
                Kind::LdY => {
                    far.side.y = far.side.y & 0xF00 | u32::from(op.a());
                    cost!(5);
                    ip += 1;
                }
                Kind::AdcIndex => {
                    let sum = index!() + op.a() + far.side.c;
                    (far.side.c, far.side.z) = (sum >> 4, sum & 15);
                    set_index!(far.side.z);
                    cost!(7);
                    ip += 1;
                }
                Kind::CpIndex => {
                    let v = index!();
                    compare!(v, op.a());
                    cost!(7);
                    ip += 1;
                }
                Kind::LdAMn => {
                    far.side.a = ram[usize::from(op.a())];
                    cost!(5);
                    ip += 1;
                }
                Kind::LdBMn => {
                    far.side.b = ram[usize::from(op.a())];
                    cost!(5);
                    ip += 1;
                }
                Kind::LdMnA => {
                    ram[usize::from(op.a())] = far.side.a;
                    cost!(5);
                    ip += 1;
                }
                Kind::LdMnB => {
                    ram[usize::from(op.a())] = far.side.b;
                    cost!(5);
                    ip += 1;
                }
                Kind::LdpxI => {
                    store!(far.side.x, op.a());
                    bump!(far.side.x, 1);
                    cost!(5);
                    ip += 1;
                }
                Kind::LdpyI => {
                    store!(far.side.y, op.a());
                    bump!(far.side.y, 1);
                    cost!(5);
                    ip += 1;
                }
                Kind::Lbpx => {
                    store_byte!();
                    cost!(5);
                    ip += 1;
                }
                Kind::SetF => {
                    set_flags!(flags!() | op.a());
                    if op.a() & flag::I != 0 && far.pending {
                        stop!();
                    }
                    cost!(7);
                    ip += 1;
                    r.ei_shadow = op.a() & flag::I != 0 && acc < 0;
                }
                Kind::RstF => {
                    set_flags!(flags!() & op.a());
                    cost!(7);
                    ip += 1;
                }
                Kind::IncSp => {
                    far.side.sp = far.side.sp.wrapping_add(1);
                    cost!(5);
                    ip += 1;
                }
                Kind::DecSp => {
                    far.side.sp = far.side.sp.wrapping_sub(1);
                    cost!(5);
                    ip += 1;
                }
                Kind::PushIndex => {
                    push!(index!());
                    cost!(5);
                    ip += 1;
                }
                Kind::PushF => {
                    push!(flags!());
                    cost!(5);
                    ip += 1;
                }
                Kind::PopIndex => {
                    let v = pop!();
                    set_index!(v);
                    cost!(5);
                    ip += 1;
                }
                Kind::PopF => {
                    set_flags!(pop!());
                    if far.pending {
                        stop!();
                    }
                    cost!(5);
                    ip += 1;
                }
                Kind::IncMn => {
                    let sum = ram[usize::from(op.a())] + 1;
                    (far.side.c, far.side.z) = (sum >> 4, sum & 15);
                    ram[usize::from(op.a())] = far.side.z;
                    cost!(7);
                    ip += 1;
                }
                Kind::DecMn => {
                    let difference = ram[usize::from(op.a())].wrapping_sub(1);
                    (far.side.c, far.side.z) = (difference >> 7, difference & 15);
                    ram[usize::from(op.a())] = far.side.z;
                    cost!(7);
                    ip += 1;
                }
                Kind::Undefined => {
                    far.undefined(address((ip & (SLOTS - 1)) as u16), elapsed!());
                    cost!(5);
                    ip += 1;
                }
                Kind::Wrap => {
                    // The counter runs inside the bank.
                    ip &= 0x2000;
                    op = &ops[ip];
                    continue;
                }
            }
        }
        if acc < 0 {
            break;
        }
        op = &ops[ip & (SLOTS - 1)];
    }

    (r.a, r.b, r.sp) = (far.side.a, far.side.b, far.side.sp);
    (r.x, r.y) = (far.side.x as u16, far.side.y as u16);
    r.flags = flags!();
    r.pc = address((ip & 0x2FFF) as u16);
    (elapsed!(), (acc & ((1 << COUNT) - 1)) as u64)
}

/// What of the CPU the loop keeps in memory, because the host has too few registers.
#[derive(Clone, Copy)]
pub(crate) struct Side {
    x: u32,
    y: u32,
    sp: u8,
    a: u8,
    b: u8,
    c: u8,
    z: u8,
    /// I and D in their places.
    di: u8,
    budget: i64,
    probe: Probe,
}

impl Side {
    pub const NONE: Side = Side { x: 0, y: 0, sp: 0, a: 0, b: 0, c: 0, z: 0, di: 0, budget: 0, probe: Probe::NONE };
}

/// What the CPU was like at the end of a turn of a loop.
#[derive(Clone, Copy)]
struct Probe {
    ip: usize,
    a: u8,
    b: u8,
    x: u32,
    y: u32,
    sp: u8,
    c: u8,
    z: u8,
    di: u8,
    clocks: i64,
    count: i64,
}

impl Probe {
    const NONE: Probe = Probe { ip: usize::MAX, a: 0, b: 0, x: 0, y: 0, sp: 0, c: 0, z: 0, di: 0, clocks: 0, count: 0 };

    /// Whether only time passed between two turns.
    #[inline(always)]
    fn same_place(&self, other: &Probe) -> bool {
        (self.ip, self.a, self.b, self.x, self.y) == (other.ip, other.a, other.b, other.x, other.y)
            && (self.sp, self.c, self.z, self.di) == (other.sp, other.c, other.z, other.di)
    }
}
