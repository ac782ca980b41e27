//! Whatever the bytes are, loading them ends in a topology or in errors.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let parsed = fivenines::model::parse(text, &[]);
    if let Some(model) = &parsed.model {
        let _ = fivenines::topology::compile::compile(model, &parsed.spans);
    }
});
