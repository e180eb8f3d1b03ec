//! Checks the arguments of C, and makes Rust's references of them. Numbers count the arguments from 1.
//!
//! The rules are those at the top of the header. What cannot be checked (that memory is there, and is not used by
//! another thread meanwhile) is the caller's promise, and the reason every `SAFETY` comment here refers to.

use core::ffi::c_void;

use privacypass_core::{Error, ErrorKind};

use crate::bytes::{pp_buffer, pp_bytes};
use crate::guard::{Fault, Outcome};

/// The caller's memory, for as long as the call lasts.
type Lent<'a, T> = Outcome<&'a T>;

/// `(pointer, length)`: the bytes of an input.
pub(crate) unsafe fn bytes<'a>(argument: u32, data: *const u8, len: usize) -> Lent<'a, [u8]> {
    // SAFETY: by the caller's promise; bytes need no alignment.
    unsafe { array(argument, data, len) }
}

/// `(pointer, count)`: the items of an input.
pub(crate) unsafe fn array<'a, T>(argument: u32, data: *const T, count: usize) -> Lent<'a, [T]> {
    check_array(argument, data, count)?;
    if count == 0 {
        return Ok(&[]);
    }
    // SAFETY: not null, aligned, and not longer than the address space; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(data, count) })
}

/// `(pointer, count)`: items to be changed in place.
pub(crate) unsafe fn array_mut<'a, T>(argument: u32, data: *mut T, count: usize) -> Outcome<&'a mut [T]> {
    check_array(argument, data, count)?;
    if count == 0 {
        return Ok(&mut []);
    }
    // SAFETY: as in `array`, and the caller promises that nothing else reads or writes there meanwhile.
    Ok(unsafe { core::slice::from_raw_parts_mut(data, count) })
}

/// Checks that an array of `count` items can exist. Where several arrays share a count, that is checked for the one with
/// the largest items before any of them is looked at.
pub(crate) fn count<T>(argument: u32, count: usize) -> Outcome {
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|size| isize::try_from(size).is_ok());
    if fits { Ok(()) } else { Err(Fault::argument(argument)) }
}

fn check_array<T>(argument: u32, data: *const T, count: usize) -> Outcome {
    self::count::<T>(argument, count)?;
    let sound = if data.is_null() { count == 0 } else { count == 0 || data.is_aligned() };
    if sound { Ok(()) } else { Err(Fault::argument(argument)) }
}

/// A pointer to one thing that must be there.
pub(crate) unsafe fn reference<'a, T>(argument: u32, pointer: *const T) -> Lent<'a, T> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Fault::argument(argument));
    }
    // SAFETY: not null and aligned; the rest is the caller's promise.
    Ok(unsafe { &*pointer })
}

/// A span inside of an array of spans.
pub(crate) unsafe fn span<'a>(argument: u32, span: &pp_bytes) -> Lent<'a, [u8]> {
    // SAFETY: as `bytes`.
    unsafe { bytes(argument, span.data, span.len) }
}

/// A span that may be absent: `data` is then `NULL`, and `len` 0.
pub(crate) unsafe fn optional_span<'a>(argument: u32, given: &pp_bytes) -> Outcome<Option<&'a [u8]>> {
    // SAFETY: as `bytes`.
    let bytes = unsafe { span(argument, given) }?;
    Ok(if given.data.is_null() { None } else { Some(bytes) })
}

/// Text of an input: UTF-8.
pub(crate) fn text(argument: u32, bytes: &[u8]) -> Lent<'_, str> {
    core::str::from_utf8(bytes).map_err(|_| Fault::argument(argument))
}

/// A table of callbacks, or of options, whose first member is its size.
///
/// A shorter table than this library knows is misuse. A longer one comes from a program that was compiled against a later
/// header: it is accepted while it asks for nothing of what is new.
pub(crate) unsafe fn table<'a, T>(argument: u32, pointer: *const T) -> Lent<'a, T> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Fault::argument(argument));
    }
    // SAFETY: every table begins with its size, and the caller promises that there is a table.
    let size = unsafe { pointer.cast::<usize>().read() };
    if size < size_of::<T>() || size > TABLE_MAX_BYTES {
        return Err(Fault::argument(argument));
    }
    // SAFETY: the table says that it is this long.
    let rest = unsafe { bytes(argument, pointer.cast::<u8>().add(size_of::<T>()), size - size_of::<T>()) }?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(ErrorKind::Unsupported.into());
    }
    // SAFETY: not null, aligned, and long enough.
    Ok(unsafe { &*pointer })
}

/// No table will be longer; a larger size is memory that nobody has set.
const TABLE_MAX_BYTES: usize = 4096;

/// A single output of fixed type.
pub(crate) struct Slot<T>(*mut T);

impl<T> Slot<T> {
    /// Takes a pointer that must be there.
    pub(crate) fn new(argument: u32, pointer: *mut T) -> Outcome<Self> {
        if pointer.is_null() || !pointer.is_aligned() { Err(Fault::argument(argument)) } else { Ok(Self(pointer)) }
    }

    /// Writes the output.
    pub(crate) fn put(&self, value: T) {
        // SAFETY: not null and aligned; the caller promises that it may be written.
        unsafe { self.0.write(value) };
    }
}

/// `(out, capacity, *length)`: an output of variable size.
///
/// It is written in one step at the end, so that it may overlap an input, and so that nothing is written on an error.
pub(crate) struct Output {
    data: *mut u8,
    capacity: usize,
    length: *mut usize,
}

impl Output {
    /// Takes the three arguments, of which `argument` is the first, and sets the length to 0. Callers do so before they
    /// look at any other argument: after every error the length is 0 or the needed size.
    pub(crate) fn new(argument: u32, data: *mut u8, capacity: usize, length: *mut usize) -> Outcome<Self> {
        let length = Slot::new(argument + 2, length)?;
        length.put(0);
        check_array(argument, data, capacity)?;
        Ok(Self { data, capacity, length: length.0 })
    }

    /// Says how much will be written: stores the length, and fails if there is no room.
    pub(crate) fn need(&self, length: usize) -> Outcome {
        // SAFETY: checked in `new`; the caller promises that it may be written.
        unsafe { self.length.write(length) };
        if length <= self.capacity { Ok(()) } else { Err(Error::new(ErrorKind::BufferTooSmall).at(length).into()) }
    }

    /// Takes back what [`need`](Self::need) stored: nothing was written.
    pub(crate) fn clear(&self) {
        // SAFETY: as in `need`.
        unsafe { self.length.write(0) };
    }

    /// Takes back what [`put`](Self::put) wrote: zeros stand in its place.
    pub(crate) fn take_back(&self) {
        // SAFETY: as in `need`, and for the bytes as in `put`: the length is that of what was written, or was refused.
        unsafe {
            let written = self.length.read();
            if written != 0 && written <= self.capacity {
                self.data.write_bytes(0, written);
            }
        }
        self.clear();
    }

    /// Writes the output.
    pub(crate) fn put(&self, bytes: &[u8]) -> Outcome {
        self.need(bytes.len())?;
        if !bytes.is_empty() {
            // SAFETY: there is room; the caller promises that it may be written. Source and target may overlap.
            unsafe { core::ptr::copy(bytes.as_ptr(), self.data, bytes.len()) };
        }
        Ok(())
    }

    /// Lets `write` fill the buffer; it gives the length, or the error with the needed length. After an error the buffer
    /// is zeros, since `write` may have left half of a result.
    ///
    /// The output must not overlap what `write` reads.
    pub(crate) fn fill(&self, write: impl FnOnce(&mut [u8]) -> privacypass_core::Result<usize>) -> Outcome {
        // SAFETY: checked in `new`; the caller promises that nothing else reads or writes there meanwhile.
        let out = unsafe { array_mut(0, self.data, self.capacity) }?;
        match write(out) {
            Ok(length) => self.need(length),
            Err(error) => {
                out.fill(0);
                if let (ErrorKind::BufferTooSmall, Some(needed)) = (error.kind(), error.offset()) {
                    self.need(needed)?;
                }
                Err(error.into())
            }
        }
    }
}

/// The buffers of a batch.
pub(crate) struct Buffers<'a>(&'a mut [pp_buffer]);

impl Buffers<'_> {
    /// Takes an array of buffers, and sets their lengths to 0.
    pub(crate) unsafe fn new(argument: u32, buffers: *mut pp_buffer, count: usize) -> Outcome<Self> {
        // SAFETY: the caller's promise.
        let buffers = unsafe { array_mut(argument, buffers, count) }?;
        for buffer in buffers.iter_mut() {
            buffer.len = 0;
        }
        for (index, buffer) in buffers.iter().enumerate() {
            check_array(argument, buffer.data, buffer.capacity).map_err(|fault| fault.with_index(index))?;
        }
        Ok(Self(buffers))
    }

    /// The outputs, in order.
    pub(crate) fn iter(&mut self) -> impl Iterator<Item = Output> {
        self.0.iter_mut().map(|buffer| Output {
            data: buffer.data,
            capacity: buffer.capacity,
            length: &raw mut buffer.len,
        })
    }
}

/// The bytes behind an array of spans.
#[derive(Clone, Copy)]
pub(crate) struct Spans<'a>(&'a [pp_bytes]);

impl<'a> Spans<'a> {
    /// Takes an array of spans.
    pub(crate) unsafe fn new(argument: u32, spans: *const pp_bytes, count: usize) -> Outcome<Self> {
        // SAFETY: the caller's promise.
        let spans = unsafe { array(argument, spans, count) }?;
        for (index, span) in spans.iter().enumerate() {
            check_array(argument, span.data, span.len).map_err(|fault| fault.with_index(index))?;
        }
        Ok(Self(spans))
    }

    /// The inputs, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        // SAFETY: checked in `new`; the rest is the caller's promise.
        self.0.iter().map(|span| unsafe { bytes(0, span.data, span.len) }.unwrap_or_default())
    }
}

/// Copies `N` bytes to a caller's array.
pub(crate) fn put_array<const N: usize>(argument: u32, out: *mut u8, bytes: &[u8; N]) -> Outcome {
    Slot::new(argument, out.cast::<[u8; N]>()).map(|slot| slot.put(*bytes))
}

/// The `N` bytes of a caller's array.
pub(crate) unsafe fn fixed<'a, const N: usize>(argument: u32, data: *const u8) -> Lent<'a, [u8; N]> {
    // SAFETY: as `reference`.
    unsafe { reference(argument, data.cast()) }
}

/// Checks memory in which an object is to be placed.
pub(crate) fn place(argument: u32, memory: *mut c_void, len: usize, needed: usize, alignment: usize) -> Outcome {
    check_array(argument, memory.cast::<u8>(), len)?;
    if len != 0 && !memory.addr().is_multiple_of(alignment) {
        return Err(Fault::argument(argument));
    }
    if len < needed { Err(Error::new(ErrorKind::BufferTooSmall).at(needed).into()) } else { Ok(()) }
}
