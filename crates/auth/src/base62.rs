//! Fixed-width base 62: bytes as letters and digits, the same length whatever their value.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(crate) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// `bytes` as a big-endian number in `width` digits. Digits beyond the width are dropped from the front, so callers
/// choose a width that holds every value.
pub(crate) fn encode(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![DIGITS[0]; width];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut number {
            let value = remainder * 256 + u32::from(*byte);
            *byte = (value / 62) as u8;
            remainder = value % 62;
        }
        *digit = DIGITS[remainder as usize];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let check = |bytes: &[u8], width: usize, expect: &str| assert_eq!(encode(bytes, width), expect);
        check(&[0], 3, "000");
        check(&[61], 2, "0z");
        check(&[62], 2, "10");
        check(&[0xff, 0xff, 0xff, 0xff], 6, "4gfFC3");
        check(&[0x0f, 0x42, 0x40], 4, "4C92");
    }

    #[test]
    fn the_widths_in_use_hold_every_value() {
        // The largest value has to start below the last digit: nothing was dropped from the front.
        for (bytes, width) in
            [(vec![0xff; 32], 43), (vec![0xff; 4], 6), ([&[0x7f][..], &[0xff; 8]].concat(), 12)]
        {
            let wider = encode(&bytes, width + 1);
            assert_eq!(wider, format!("0{}", encode(&bytes, width)));
        }
    }
}
