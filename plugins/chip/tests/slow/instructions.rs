//! One function for each mnemonic (CM 3; fact sheet 5.4).

use super::Slow;
use super::cpu::{C, D, I, Place, next, plus};

/// JP, plain and conditional: the only way into the other bank.
pub fn jp(slow: &mut Slow, operands: &[Place]) {
    let taken = operands.len() == 1 || slow.get(operands[0]) == 1;
    let step = slow.get(operands[operands.len() - 1]);
    if taken {
        jump(slow, slow.r.np, step);
    }
}

/// JPBA.
pub fn jpba(slow: &mut Slow, _: &[Place]) {
    jump(slow, slow.r.np, slow.r.b << 4 | slow.r.a);
}

/// CALL: the page of the latch, the bank as it is.
pub fn call(slow: &mut Slow, operands: &[Place]) {
    let step = slow.get(operands[0]);
    let page = (slow.r.pc >> 8) as u8 & 0x10 | slow.r.np & 15;
    slow.push_pc(slow.r.pc);
    jump(slow, page, step);
}

/// CALZ: page 0 of the bank.
pub fn calz(slow: &mut Slow, operands: &[Place]) {
    let step = slow.get(operands[0]);
    let page = (slow.r.pc >> 8) as u8 & 0x10;
    slow.push_pc(slow.r.pc);
    jump(slow, page, step);
}

fn jump(slow: &mut Slow, page: u8, step: u8) {
    slow.r.pc = u16::from(page) << 8 | u16::from(step);
}

/// RET.
pub fn ret(slow: &mut Slow, _: &[Place]) {
    slow.pop_pc();
}

/// RETS: skips a word.
pub fn rets(slow: &mut Slow, _: &[Place]) {
    slow.pop_pc();
    slow.r.pc = next(slow.r.pc);
}

/// RETD: pops, then stores.
pub fn retd(slow: &mut Slow, operands: &[Place]) {
    slow.pop_pc();
    lbpx(slow, &[Place::Mx, operands[0]]);
}

/// LBPX: the low nibble first.
pub fn lbpx(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[1]);
    for nibble in [value & 15, value >> 4] {
        slow.put(operands[0], nibble);
        slow.r.x = plus(slow.r.x, 1);
    }
}

/// PSET: for the next instruction only.
pub fn pset(slow: &mut Slow, operands: &[Place]) {
    slow.r.np = slow.get(operands[0]);
    slow.r.after_pset = true;
}

/// NOP5, NOP7.
pub fn nop(_: &mut Slow, _: &[Place]) {}

/// HALT.
pub fn halt(slow: &mut Slow, _: &[Place]) {
    slow.r.halted = true;
    slow.seen.halts += 1;
}

/// LD in all its forms.
pub fn ld(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[1]);
    slow.put(operands[0], value);
}

/// LDPX.
pub fn ldpx(slow: &mut Slow, operands: &[Place]) {
    ld(slow, operands);
    slow.r.x = plus(slow.r.x, 1);
}

/// LDPY.
pub fn ldpy(slow: &mut Slow, operands: &[Place]) {
    ld(slow, operands);
    slow.r.y = plus(slow.r.y, 1);
}

/// PUSH.
pub fn push(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[0]);
    slow.push_nibble(value);
}

/// POP.
pub fn pop(slow: &mut Slow, operands: &[Place]) {
    let value = slow.pop_nibble();
    slow.put(operands[0], value);
}

/// SET F: interrupts wait for one more instruction when bit 3 is in it (CM 2.5.2).
pub fn set(slow: &mut Slow, operands: &[Place]) {
    let bits = slow.get(operands[1]);
    slow.r.flags |= bits;
    slow.r.after_ei = bits & I != 0;
}

/// RST F.
pub fn rst(slow: &mut Slow, operands: &[Place]) {
    let bits = slow.get(operands[1]);
    slow.r.flags &= bits;
}

/// INC Mn, INC SP.
pub fn inc(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[0]);
    if operands[0] == Place::Sp {
        slow.put(Place::Sp, value.wrapping_add(1));
    } else {
        slow.put(operands[0], (value + 1) & 15);
        slow.carry(value == 15);
        slow.zero(value + 1);
    }
}

/// DEC Mn, DEC SP.
pub fn dec(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[0]);
    if operands[0] == Place::Sp {
        slow.put(Place::Sp, value.wrapping_sub(1));
    } else {
        let less = if value == 0 { 15 } else { value - 1 };
        slow.put(operands[0], less);
        slow.carry(value == 0);
        slow.zero(less);
    }
}

/// ADD.
pub fn add(slow: &mut Slow, operands: &[Place]) {
    sum(slow, operands, 0);
}

/// ADC: binary for parts of X and Y.
pub fn adc(slow: &mut Slow, operands: &[Place]) {
    sum(slow, operands, slow.r.flags & C);
}

/// SUB.
pub fn sub(slow: &mut Slow, operands: &[Place]) {
    difference(slow, operands, 0);
}

/// SBC.
pub fn sbc(slow: &mut Slow, operands: &[Place]) {
    difference(slow, operands, slow.r.flags & C);
}

/// ACPX.
pub fn acpx(slow: &mut Slow, operands: &[Place]) {
    adc(slow, operands);
    slow.r.x = plus(slow.r.x, 1);
}

/// ACPY.
pub fn acpy(slow: &mut Slow, operands: &[Place]) {
    adc(slow, operands);
    slow.r.y = plus(slow.r.y, 1);
}

/// SCPX.
pub fn scpx(slow: &mut Slow, operands: &[Place]) {
    sbc(slow, operands);
    slow.r.x = plus(slow.r.x, 1);
}

/// SCPY.
pub fn scpy(slow: &mut Slow, operands: &[Place]) {
    sbc(slow, operands);
    slow.r.y = plus(slow.r.y, 1);
}

/// Whether an addition or subtraction into this place is corrected to decimal.
fn decimal(slow: &Slow, place: Place) -> bool {
    slow.r.flags & D != 0 && matches!(place, Place::A | Place::B | Place::Mx | Place::My)
}

fn sum(slow: &mut Slow, operands: &[Place], carry: u8) {
    let total = slow.get(operands[0]) + slow.get(operands[1]) + carry;
    let (limit, correction) = if decimal(slow, operands[0]) { (10, 10) } else { (16, 16) };
    let over = total >= limit;
    let result = if over { (total - correction) & 15 } else { total };
    slow.put(operands[0], result);
    slow.carry(over);
    slow.zero(result);
}

fn difference(slow: &mut Slow, operands: &[Place], borrow: u8) {
    let (left, right) = (slow.get(operands[0]), slow.get(operands[1]));
    let total = left as i8 - right as i8 - borrow as i8;
    let correction = if decimal(slow, operands[0]) { 6 } else { 0 };
    let result = if total < 0 { (total - correction) & 15 } else { total } as u8;
    slow.put(operands[0], result);
    slow.carry(total < 0);
    slow.zero(result);
}

/// CP: binary, nothing stored.
pub fn cp(slow: &mut Slow, operands: &[Place]) {
    let (left, right) = (slow.get(operands[0]), slow.get(operands[1]));
    slow.carry(left < right);
    slow.zero(left ^ right);
}

/// AND.
pub fn and(slow: &mut Slow, operands: &[Place]) {
    logic(slow, operands, |left, right| left & right);
}

/// OR.
pub fn or(slow: &mut Slow, operands: &[Place]) {
    logic(slow, operands, |left, right| left | right);
}

/// XOR.
pub fn xor(slow: &mut Slow, operands: &[Place]) {
    logic(slow, operands, |left, right| left ^ right);
}

fn logic(slow: &mut Slow, operands: &[Place], of: fn(u8, u8) -> u8) {
    let result = of(slow.get(operands[0]), slow.get(operands[1]));
    slow.put(operands[0], result);
    slow.zero(result);
}

/// FAN: Z of the AND, nothing stored.
pub fn fan(slow: &mut Slow, operands: &[Place]) {
    let result = slow.get(operands[0]) & slow.get(operands[1]);
    slow.zero(result);
}

/// RLC: to the left through C.
pub fn rlc(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[0]);
    let result = (value << 1 | slow.r.flags & C) & 15;
    slow.put(operands[0], result);
    slow.carry(value & 8 != 0);
    slow.zero(result);
}

/// RRC: to the right through C.
pub fn rrc(slow: &mut Slow, operands: &[Place]) {
    let value = slow.get(operands[0]);
    let result = value >> 1 | (slow.r.flags & C) << 3;
    slow.put(operands[0], result);
    slow.carry(value & 1 != 0);
    slow.zero(result);
}
