//! What readers and writers of BGZF files both need to know.

/// The empty BGZF block that ends a complete BAM (SAM specification, section 4.1.2).
pub const END_OF_FILE: [u8; 28] =
    [0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0];
