//! What each kind of instruction does (CM 3, instruction by instruction).

use crate::cpu::{COUNT, Core, Left, Place, Probe, X, Y, bump};
use crate::decode::{Op, address, slot};
use crate::output::Edge;
use crate::registers::flag;

/// Instructions with operands r and q.
impl Core<'_> {
    #[inline(always)]
    pub fn ld<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        let value = self.get::<Q>(*left);
        self.set::<R>(value, left);
    }

    #[inline(always)]
    pub fn ldpx<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.ld::<R, Q>(left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn ldpy<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.ld::<R, Q>(left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    fn modify<const R: u8, const Q: u8>(&mut self, left: &mut Left, f: impl FnOnce(&mut Self, u8, u8) -> u8) {
        let value = self.get::<R>(*left);
        let other = self.get::<Q>(*left);
        let result = f(self, value, other);
        self.set::<R>(result, left);
    }

    #[inline(always)]
    pub fn add<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.sum(v, q, 0));
    }

    #[inline(always)]
    pub fn adc<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.sum(v, q, core.c));
    }

    #[inline(always)]
    pub fn sub<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.difference(v, q, 0));
    }

    #[inline(always)]
    pub fn sbc<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.difference(v, q, core.c));
    }

    #[inline(always)]
    pub fn and<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.logic(v & q));
    }

    #[inline(always)]
    pub fn or<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.logic(v | q));
    }

    #[inline(always)]
    pub fn xor<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        self.modify::<R, Q>(left, |core, v, q| core.logic(v ^ q));
    }

    #[inline(always)]
    fn logic(&mut self, result: u8) -> u8 {
        self.z = result;
        result
    }

    #[inline(always)]
    pub fn cp<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        let value = self.get::<R>(*left);
        let other = self.get::<Q>(*left);
        self.compare(value, other);
    }

    #[inline(always)]
    pub fn fan<const R: u8, const Q: u8>(&mut self, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.z = value & self.get::<Q>(*left);
    }
}

/// Instructions with operand r, most with an immediate.
impl Core<'_> {
    #[inline(always)]
    pub fn ld_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.set::<R>(op.a(), left);
    }

    #[inline(always)]
    fn modify_i<const R: u8>(&mut self, left: &mut Left, f: impl FnOnce(&mut Self, u8) -> u8) {
        let value = self.get::<R>(*left);
        let result = f(self, value);
        self.set::<R>(result, left);
    }

    #[inline(always)]
    pub fn add_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.sum(v, op.a(), 0));
    }

    #[inline(always)]
    pub fn adc_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.sum(v, op.a(), core.c));
    }

    #[inline(always)]
    pub fn sbc_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.difference(v, op.a(), core.c));
    }

    #[inline(always)]
    pub fn and_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.logic(v & op.a()));
    }

    #[inline(always)]
    pub fn or_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.logic(v | op.a()));
    }

    #[inline(always)]
    pub fn xor_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| core.logic(v ^ op.a()));
    }

    #[inline(always)]
    pub fn cp_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.compare(value, op.a());
    }

    #[inline(always)]
    pub fn fan_i<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.z = self.get::<R>(*left) & op.a();
    }

    #[inline(always)]
    pub fn rlc<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| {
            (core.z, core.c) = (v << 1 & 15 | core.c, v >> 3);
            core.z
        });
    }

    #[inline(always)]
    pub fn rrc<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.modify_i::<R>(left, |core, v| {
            (core.z, core.c) = (v >> 1 | core.c << 3, v & 1);
            core.z
        });
    }

    #[inline(always)]
    fn add_to<const R: u8>(&mut self, at: u32, left: &mut Left) {
        let value = self.load(at, *left);
        let other = self.get::<R>(*left);
        let sum = self.sum(value, other, self.c);
        self.store(at, sum, left);
    }

    #[inline(always)]
    fn take_from<const R: u8>(&mut self, at: u32, left: &mut Left) {
        let value = self.load(at, *left);
        let other = self.get::<R>(*left);
        let difference = self.difference(value, other, self.c);
        self.store(at, difference, left);
    }

    #[inline(always)]
    pub fn acpx<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.add_to::<R>(self.x, left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn acpy<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.add_to::<R>(self.y, left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    pub fn scpx<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.take_from::<R>(self.x, left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn scpy<const R: u8>(&mut self, _: Op, left: &mut Left) {
        self.take_from::<R>(self.y, left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    pub fn push_r<const R: u8>(&mut self, _: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.push(value);
    }

    #[inline(always)]
    pub fn pop_r<const R: u8>(&mut self, _: Op, left: &mut Left) {
        let value = self.pop();
        self.set::<R>(value, left);
    }

    /// LD XP…YL,r.
    #[inline(always)]
    pub fn index_ld<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.set_index(op, value);
    }

    /// LD r,XP…YL.
    #[inline(always)]
    pub fn ld_index<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.set::<R>(self.index(op), left);
    }

    /// LD SPH,r and LD SPL,r.
    #[inline(always)]
    pub fn sp_ld<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.get::<R>(*left);
        self.sp = self.sp & !(15 << op.b()) | value << op.b();
    }

    /// LD r,SPH and LD r,SPL.
    #[inline(always)]
    pub fn ld_sp<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.set::<R>(self.sp >> op.b() & 15, left);
    }
}

/// Branches; `ip` is the slot of the next instruction.
impl Core<'_> {
    #[inline(always)]
    pub fn carry(&self) -> bool {
        self.c != 0
    }

    #[inline(always)]
    pub fn zero(&self) -> bool {
        self.z == 0
    }

    #[inline(always)]
    pub fn branch(&mut self, op: Op, taken: bool, ip: &mut usize) {
        *ip = if taken { usize::from(op.operand) } else { *ip };
    }

    /// A jump out of a loop that only reads.
    #[inline(always)]
    pub fn branch_leaving(&mut self, op: Op, taken: bool, ip: &mut usize) {
        if taken {
            self.probe = Probe::NONE;
        }
        self.branch(op, taken, ip);
    }

    /// The jump at the end of a loop that only reads. When a turn left everything as it was, the
    /// turns up to the next change of anything that it reads are the same, and are taken at once.
    #[inline(always)]
    pub fn branch_idle(&mut self, op: Op, taken: bool, ip: &mut usize, left: &mut Left) {
        if !taken {
            self.probe = Probe::NONE;
            return;
        }
        let registers = [self.a, self.b, self.c, self.z, self.di, self.sp];
        let place = Place { ip: *ip, x: self.x, y: self.y, registers };
        let mut after = left.after(op.clocks);
        if place == self.probe.place && !self.touched && !after.is_over() {
            let now = self.elapsed(after);
            let turn = now - self.probe.clocks;
            let until = self.clocks_until(self.horizon.saturating_sub(1));
            let turns = (until - now).min(after.clocks()).max(0) / turn;
            let skipped = turns * ((turn << COUNT) - (after.count() - self.probe.count));
            after.0 -= skipped;
            left.0 -= skipped;
        }
        self.probe = Probe { place, clocks: self.elapsed(after), count: after.count() };
        self.touched = false;
        self.horizon = u64::MAX;
        *ip = usize::from(op.operand);
    }

    /// PSET and a jump; PSET alone where the run ends between them.
    #[inline(always)]
    pub fn branch_far(&mut self, op: Op, taken: bool, ip: &mut usize, left: &mut Left) {
        let after = left.after(5);
        if after.is_over() {
            self.pset = (address(op.operand) >> 8) as u8;
        } else {
            *left = after;
            *ip = if taken { usize::from(op.operand) } else { *ip + 1 };
        }
    }

    #[inline(always)]
    pub fn jpba(&mut self, op: Op, ip: &mut usize) {
        *ip = usize::from(slot(u16::from(op.a()) << 8 | u16::from(self.b) << 4 | u16::from(self.a)));
    }

    #[inline(always)]
    pub fn jpba_far(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        let after = left.after(5);
        if after.is_over() {
            self.pset = op.a();
        } else {
            *left = after;
            self.jpba(op, ip);
        }
    }

    #[inline(always)]
    pub fn call(&mut self, op: Op, ip: &mut usize) {
        self.push((*ip >> 8 & 15) as u8);
        self.push((*ip >> 4 & 15) as u8);
        self.push((*ip & 15) as u8);
        *ip = usize::from(op.operand);
    }

    #[inline(always)]
    pub fn call_far(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        // The order of the two makes no difference to the sum.
        let after = left.after(5);
        if after.is_over() {
            self.pset = (address(op.operand) >> 8) as u8;
        } else {
            *left = left.after(7);
            *ip += 1;
            self.call(op, ip);
        }
    }

    /// Pops a return address; the bank stays.
    #[inline(always)]
    fn pop_ip(&mut self, ip: &mut usize) {
        let low = usize::from(self.pop());
        let high = usize::from(self.pop());
        let page = usize::from(self.pop());
        *ip = *ip & 0x2000 | page << 8 | high << 4 | low;
    }

    #[inline(always)]
    pub fn ret(&mut self, ip: &mut usize) {
        self.pop_ip(ip);
    }

    #[inline(always)]
    pub fn rets(&mut self, ip: &mut usize) {
        self.pop_ip(ip);
        *ip = *ip & 0x2000 | (*ip + 1) & 0xFFF;
    }

    #[inline(always)]
    pub fn retd(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        self.pop_ip(ip);
        self.store_byte(op.a(), left);
    }
}

/// The rest.
impl Core<'_> {
    /// PSET before something that it does not matter to.
    #[inline(always)]
    pub fn pset(&mut self, op: Op, left: &mut Left) {
        if left.after(op.clocks).is_over() {
            self.pset = op.a();
        }
    }

    /// PSET that leaves its branch to the next run.
    #[inline(always)]
    pub fn pset_last(&mut self, op: Op, left: &mut Left) {
        self.stop(left);
        self.pset = op.a();
    }

    #[inline(always)]
    pub fn halt(&mut self, left: &mut Left) {
        self.halted = true;
        self.stop(left);
    }

    #[inline(always)]
    pub fn ld_x(&mut self, op: Op) {
        self.x = self.x & 0xF00 | u32::from(op.a());
    }

    #[inline(always)]
    pub fn ld_y(&mut self, op: Op) {
        self.y = self.y & 0xF00 | u32::from(op.a());
    }

    #[inline(always)]
    pub fn adc_index(&mut self, op: Op) {
        let sum = self.index(op) + op.a() + self.c;
        (self.c, self.z) = (sum >> 4, sum & 15);
        self.set_index(op, self.z);
    }

    #[inline(always)]
    pub fn cp_index(&mut self, op: Op) {
        self.compare(self.index(op), op.a());
    }

    #[inline(always)]
    pub fn ld_mn<const R: u8>(&mut self, op: Op, left: &mut Left) {
        let value = self.memory.ram[usize::from(op.a())];
        self.set::<R>(value, left);
    }

    #[inline(always)]
    pub fn mn_ld<const R: u8>(&mut self, op: Op, left: &mut Left) {
        self.memory.ram[usize::from(op.a())] = self.get::<R>(*left);
    }

    #[inline(always)]
    pub fn ldpx_i(&mut self, op: Op, left: &mut Left) {
        self.store(self.x, op.a(), left);
        self.x = bump(self.x);
    }

    #[inline(always)]
    pub fn ldpy_i(&mut self, op: Op, left: &mut Left) {
        self.store(self.y, op.a(), left);
        self.y = bump(self.y);
    }

    #[inline(always)]
    pub fn lbpx(&mut self, op: Op, left: &mut Left) {
        self.store_byte(op.a(), left);
    }

    #[inline(always)]
    pub fn set_f(&mut self, op: Op, left: &mut Left) {
        self.set_flags(self.flags() | op.a());
        let enables = op.a() & flag::I != 0;
        if enables && self.pending {
            self.stop(left);
        }
        self.ei_shadow = enables && left.after(op.clocks).is_over();
    }

    #[inline(always)]
    pub fn rst_f(&mut self, op: Op) {
        self.set_flags(self.flags() & op.a());
    }

    #[inline(always)]
    pub fn inc_sp(&mut self, by: u8) {
        self.sp = self.sp.wrapping_add(by);
    }

    #[inline(always)]
    pub fn push_index(&mut self, op: Op) {
        self.push(self.index(op));
    }

    #[inline(always)]
    pub fn pop_index(&mut self, op: Op) {
        let value = self.pop();
        self.set_index(op, value);
    }

    #[inline(always)]
    pub fn push_f(&mut self) {
        self.push(self.flags());
    }

    #[inline(always)]
    pub fn pop_f(&mut self, left: &mut Left) {
        let value = self.pop();
        self.set_flags(value);
        if self.pending {
            self.stop(left);
        }
    }

    #[inline(always)]
    pub fn inc_mn(&mut self, op: Op) {
        let cell = &mut self.memory.ram[usize::from(op.a())];
        let sum = *cell + 1;
        *cell = sum & 15;
        (self.c, self.z) = (sum >> 4, sum & 15);
    }

    #[inline(always)]
    pub fn dec_mn(&mut self, op: Op) {
        let cell = &mut self.memory.ram[usize::from(op.a())];
        let difference = cell.wrapping_sub(1);
        *cell = difference & 15;
        (self.c, self.z) = (difference >> 7, difference & 15);
    }

    /// The second half of a pair, if the run does not end before it.
    #[inline(always)]
    fn then(&mut self, ip: &mut usize, left: &mut Left, second: impl FnOnce(&mut Self, &mut Left)) {
        let after = left.after(5);
        if !after.is_over() {
            *left = after;
            *ip += 1;
            second(self, left);
        }
    }

    /// As many pairs as the operand says.
    #[inline(always)]
    pub fn ldpy_inc_x(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        self.ldpy::<Y, X>(left);
        self.then(ip, left, |core, _| core.x = bump(core.x));
        for _ in 1..op.operand {
            self.then(ip, left, |core, left| core.ldpy::<Y, X>(left));
            self.then(ip, left, |core, _| core.x = bump(core.x));
        }
    }

    #[inline(always)]
    pub fn ld_x_ldpy(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        self.ld_x(op);
        self.then(ip, left, |core, left| core.ldpy::<Y, X>(left));
    }

    #[inline(always)]
    pub fn lbpx_lbpx(&mut self, op: Op, ip: &mut usize, left: &mut Left) {
        self.store_byte(op.a(), left);
        self.then(ip, left, |core, left| core.store_byte(op.b(), left));
    }

    #[inline(always)]
    pub fn undefined(&mut self, ip: usize, left: Left) {
        self.report(ip - 1, self.elapsed(left));
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, ip: usize, clocks: i64) {
        self.sink.edge(self.time(clocks).0, Edge::UndefinedOpcode(address(ip as u16)));
    }
}
