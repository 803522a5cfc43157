//! How the allocator of the program keeps what was freed. It allocates nothing itself, and knows nothing of clues.

use std::ffi::c_long;

/// The allocator's number for the time after which what was freed is given back to the system. Its bindings do not name it.
const PURGE_DELAY: i32 = 15;
/// What that time is by itself, in milliseconds.
const USUAL: c_long = 1_000;
/// What it becomes. Documents that are drawn one after another free and need the same memory every few tenths of a second; what
/// was given back in between is cleared by the system before it is given out again, a twelfth of the cost of a dossier.
const LONGER: c_long = 10_000;

/// Lets the allocator keep freed memory for ten seconds and not for one. To be called before there are threads.
///
/// Where the person who runs the program set another time (`MIMALLOC_PURGE_DELAY`), or another version of the allocator has
/// something else under that number, everything stays as it is.
#[expect(
    unsafe_code,
    reason = "the allocator's options are reached through its C functions, which take and give numbers"
)]
pub fn keep_freed() {
    // SAFETY: both functions read or write one number of a table, for any number of an option; no other thread runs yet.
    unsafe {
        if libmimalloc_sys::mi_option_get(PURGE_DELAY) == USUAL {
            libmimalloc_sys::mi_option_set(PURGE_DELAY, LONGER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another version of the allocator that counts its options otherwise is found here.
    #[test]
    #[expect(unsafe_code, reason = "a number of the allocator's table is read")]
    fn the_option_is_the_one_that_is_meant() {
        if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
            keep_freed();
            // SAFETY: one number of a table is read.
            assert_eq!(
                unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) },
                LONGER
            );
        }
    }
}
