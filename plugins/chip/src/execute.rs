//! The run loop: picks decoded instructions one after the other.

use crate::cpu::{A, B, Core, X, Y};
use crate::decode::{Kind, address, slot};
use crate::program::{Program, SLOTS};
use crate::registers::NO_PSET;

impl Core<'_> {
    /// Executes instructions until `budget` CPU clocks have passed or something happened that the
    /// caller must look at: an event that may have come closer, HALT, I set with a request
    /// waiting. Always executes at least one; exactly one with a budget of 1, which is needed
    /// after PSET and EI. Returns the clocks that passed and the number of instructions.
    #[inline(never)]
    pub fn execute(&mut self, program: &Program, budget: i64) -> (i64, u64) {
        let ops = &*program.ops;
        let mut ip = usize::from(slot(self.pc));
        let after_pset;
        let mut op = &ops[ip & (SLOTS - 1)];
        if self.pset != NO_PSET {
            after_pset = program.after_pset(self.pc, self.pset);
            op = &after_pset;
        }
        let mut left = self.begin(budget);

        /// The whole instruction set: every arm of the loop.
        macro_rules! instructions {
            (
                pairs { $($pair:ident: $aa:ident $ab:ident $ax:ident $ay:ident $ba:ident $bb:ident $bx:ident $by:ident
                    $xa:ident $xb:ident $xx:ident $xy:ident $ya:ident $yb:ident $yx:ident $yy:ident;)+ }
                singles { $($single:ident: $a:ident $b:ident $x:ident $y:ident;)+ }
                jumps { $($jump:ident $idle:ident $leave:ident $far:ident: $taken:expr;)+ }
                others { $($other:ident: $method:ident $(::<$register:ident>)? ($($argument:expr),*);)+ }
            ) => {
                match op.kind {
                    $(
                        Kind::$aa => self.$pair::<A, A>(&mut left),
                        Kind::$ab => self.$pair::<A, B>(&mut left),
                        Kind::$ax => self.$pair::<A, X>(&mut left),
                        Kind::$ay => self.$pair::<A, Y>(&mut left),
                        Kind::$ba => self.$pair::<B, A>(&mut left),
                        Kind::$bb => self.$pair::<B, B>(&mut left),
                        Kind::$bx => self.$pair::<B, X>(&mut left),
                        Kind::$by => self.$pair::<B, Y>(&mut left),
                        Kind::$xa => self.$pair::<X, A>(&mut left),
                        Kind::$xb => self.$pair::<X, B>(&mut left),
                        Kind::$xx => self.$pair::<X, X>(&mut left),
                        Kind::$xy => self.$pair::<X, Y>(&mut left),
                        Kind::$ya => self.$pair::<Y, A>(&mut left),
                        Kind::$yb => self.$pair::<Y, B>(&mut left),
                        Kind::$yx => self.$pair::<Y, X>(&mut left),
                        Kind::$yy => self.$pair::<Y, Y>(&mut left),
                    )+
                    $(
                        Kind::$a => self.$single::<A>(*op, &mut left),
                        Kind::$b => self.$single::<B>(*op, &mut left),
                        Kind::$x => self.$single::<X>(*op, &mut left),
                        Kind::$y => self.$single::<Y>(*op, &mut left),
                    )+
                    $(
                        Kind::$jump => self.branch(*op, $taken, &mut ip),
                        Kind::$idle => self.branch_idle(*op, $taken, &mut ip, &mut left),
                        Kind::$leave => self.branch_leaving(*op, $taken, &mut ip),
                        Kind::$far => self.branch_far(*op, $taken, &mut ip, &mut left),
                    )+
                    $(
                        Kind::$other => self.$method $(::<$register>)? ($($argument),*),
                    )+
                    Kind::Nop => {}
                    Kind::Wrap => {
                        // The counter runs inside the bank; this slot is behind its end.
                        ip = (ip - 1) & 0x2000;
                        op = &ops[ip];
                        continue;
                    }
                }
            };
        }

        loop {
            ip += 1;
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
                    ld_i: LdAi LdBi LdXi LdYi;
                    add_i: AddAi AddBi AddXi AddYi;
                    adc_i: AdcAi AdcBi AdcXi AdcYi;
                    sbc_i: SbcAi SbcBi SbcXi SbcYi;
                    and_i: AndAi AndBi AndXi AndYi;
                    or_i: OrAi OrBi OrXi OrYi;
                    xor_i: XorAi XorBi XorXi XorYi;
                    cp_i: CpAi CpBi CpXi CpYi;
                    fan_i: FanAi FanBi FanXi FanYi;
                    rlc: RlcA RlcB RlcX RlcY;
                    rrc: RrcA RrcB RrcX RrcY;
                    acpx: AcpxA AcpxB AcpxX AcpxY;
                    acpy: AcpyA AcpyB AcpyX AcpyY;
                    scpx: ScpxA ScpxB ScpxX ScpxY;
                    scpy: ScpyA ScpyB ScpyX ScpyY;
                    push_r: PushA PushB PushX PushY;
                    pop_r: PopA PopB PopX PopY;
                    index_ld: LdIndexA LdIndexB LdIndexX LdIndexY;
                    ld_index: LdAIndex LdBIndex LdXIndex LdYIndex;
                    sp_ld: LdSpA LdSpB LdSpX LdSpY;
                    ld_sp: LdASp LdBSp LdXSp LdYSp;
                }
                jumps {
                    Jp JpIdle JpLeave PsetJp: true;
                    JpC JpIdleC JpLeaveC PsetJpC: self.carry();
                    JpNc JpIdleNc JpLeaveNc PsetJpNc: !self.carry();
                    JpZ JpIdleZ JpLeaveZ PsetJpZ: self.zero();
                    JpNz JpIdleNz JpLeaveNz PsetJpNz: !self.zero();
                }
                others {
                    Jpba: jpba(*op, &mut ip);
                    PsetJpba: jpba_far(*op, &mut ip, &mut left);
                    Call: call(*op, &mut ip);
                    Calz: call(*op, &mut ip);
                    PsetCall: call_far(*op, &mut ip, &mut left);
                    Ret: ret(&mut ip);
                    Rets: rets(&mut ip);
                    Retd: retd(*op, &mut ip, &mut left);
                    Pset: pset(*op, &mut left);
                    PsetLast: pset_last(*op, &mut left);
                    Halt: halt(&mut left);
                    LdX: ld_x(*op);
                    LdY: ld_y(*op);
                    AdcIndex: adc_index(*op);
                    CpIndex: cp_index(*op);
                    LdAMn: ld_mn::<A>(*op, &mut left);
                    LdBMn: ld_mn::<B>(*op, &mut left);
                    LdMnA: mn_ld::<A>(*op, &mut left);
                    LdMnB: mn_ld::<B>(*op, &mut left);
                    LdpxI: ldpx_i(*op, &mut left);
                    LdpyI: ldpy_i(*op, &mut left);
                    Lbpx: lbpx(*op, &mut left);
                    SetF: set_f(*op, &mut left);
                    RstF: rst_f(*op);
                    IncSp: inc_sp(1);
                    DecSp: inc_sp(0xFF);
                    PushIndex: push_index(*op);
                    PopIndex: pop_index(*op);
                    PushF: push_f();
                    PopF: pop_f(&mut left);
                    IncMn: inc_mn(*op);
                    DecMn: dec_mn(*op);
                    LdpyIncX: ldpy_inc_x(*op, &mut ip, &mut left);
                    LdXLdpy: ld_x_ldpy(*op, &mut ip, &mut left);
                    LbpxLbpx: lbpx_lbpx(*op, &mut ip, &mut left);
                    Undefined: undefined(ip, left);
                }
            }
            left = left.after(op.clocks);
            if left.is_over() {
                break;
            }
            op = &ops[ip & (SLOTS - 1)];
        }
        self.pc = address((ip & 0x2FFF) as u16);
        (self.elapsed(left), left.count() as u64)
    }
}
