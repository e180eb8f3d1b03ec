//! Handles: long-lived objects behind a pointer, on the heap (`_new`, `_free`) or in memory of the caller (`_place`, `_end`).
//!
//! A handle is made empty and filled once. From then on it is read only, so any number of threads may use it.

use core::ffi::c_void;

use crate::args::{self, Slot};
use crate::guard::{Fault, Outcome};

/// Where handles begin: the alignment of every object they hold.
const ALIGNMENT: usize = 8;

/// A handle: what C sees as an incomplete type. Nothing is ever made of the implementor itself: it is only pointed to, and
/// what it points to is a `Handle<Self::Object>`.
///
pub(crate) trait Opaque: Sized {
    /// The object inside. Any number of threads may read it.
    type Object: Send + Sync;
    /// The word at the beginning of a live handle. Not zero, and no other type's.
    const MAGIC: u64;

    /// Stops the build when handles would not begin where their objects may stand.
    const ALIGNED: () = assert!(align_of::<Handle<Self::Object>>() <= ALIGNMENT && Self::MAGIC != 0);
}

#[repr(C)]
pub(crate) struct Handle<T> {
    magic: u64,
    /// Whether the memory came from [`new`].
    on_heap: bool,
    object: Option<T>,
}

const fn handle_of<O: Opaque>(pointer: *mut O) -> *mut Handle<O::Object> {
    pointer.cast()
}

/// Makes an empty handle in the caller's memory, which must hold `size` bytes.
pub(crate) unsafe fn place<O: Opaque>(size: usize, out: *mut *mut O, memory: *mut c_void, len: usize) -> Outcome {
    let () = O::ALIGNED;
    let out = Slot::new(1, out)?;
    out.put(core::ptr::null_mut());
    args::place(2, memory, len, size, ALIGNMENT)?;
    let pointer = memory.cast::<O>();
    // SAFETY: aligned, and at least `size` bytes of the caller, which every type asserts to be enough.
    unsafe { handle_of(pointer).write(Handle { magic: O::MAGIC, on_heap: false, object: None }) };
    out.put(pointer);
    Ok(())
}

/// Makes an empty handle on the heap.
#[cfg(feature = "std")]
pub(crate) unsafe fn new<O: Opaque>(out: *mut *mut O) -> Outcome {
    use std::alloc::{Layout, alloc};

    let () = O::ALIGNED;
    let out = Slot::new(1, out)?;
    out.put(core::ptr::null_mut());
    // SAFETY: the layout is not empty. A failure is a null pointer.
    let pointer = unsafe { alloc(Layout::new::<Handle<O::Object>>()) }.cast::<O>();
    if pointer.is_null() {
        return Err(privacypass_core::ErrorKind::NoMemory.into());
    }
    // SAFETY: fresh memory of this layout.
    unsafe { handle_of(pointer).write(Handle { magic: O::MAGIC, on_heap: true, object: None }) };
    out.put(pointer);
    Ok(())
}

/// Makes a handle on the heap that holds what `make` gives; on an error there is none.
#[cfg(feature = "std")]
pub(crate) unsafe fn new_filled<O: Opaque>(out: *mut *mut O, make: impl FnOnce() -> Outcome<O::Object>) -> Outcome {
    Slot::new(1, out)?.put(core::ptr::null_mut());
    let object = make()?;
    // SAFETY: the caller's promise; `out` holds an empty handle as soon as there is one.
    unsafe {
        new(out)?;
        fill(1, *out, || Ok(object))
    }
}

unsafe fn live<'a, O: Opaque>(argument: u32, pointer: *const O) -> Outcome<&'a Handle<O::Object>> {
    if pointer.is_null() || !pointer.cast::<Handle<O::Object>>().is_aligned() {
        return Err(Fault::argument(argument));
    }
    // The word alone is read before it is known what stands there: a handle of another type may be shorter.
    // SAFETY: the caller's promise: a handle that was not freed. Each begins with its word.
    if unsafe { pointer.cast::<u64>().read() } != O::MAGIC {
        return Err(Fault::argument(argument));
    }
    // SAFETY: the word says that it is a handle of this type; the rest is the caller's promise.
    Ok(unsafe { &*pointer.cast() })
}

/// Lends the object of a filled handle.
pub(crate) unsafe fn get<'a, O: Opaque>(argument: u32, pointer: *const O) -> Outcome<&'a O::Object> {
    // SAFETY: as `live`.
    unsafe { live(argument, pointer) }?.object.as_ref().ok_or(Fault::argument(argument))
}

/// Fills an empty handle with what `make` gives. A handle that holds something is left alone: no key is overwritten.
pub(crate) unsafe fn fill<O: Opaque>(
    argument: u32,
    pointer: *mut O,
    make: impl FnOnce() -> Outcome<O::Object>,
) -> Outcome {
    // SAFETY: as `live`.
    let filled = || unsafe { live(argument, pointer) }.map(|handle| handle.object.is_some());
    if filled()? {
        return Err(Fault::argument(argument));
    }
    let object = make()?;
    // A callback of the caller ran meanwhile, against the rules perhaps: the first key stays.
    if filled()? {
        return Err(Fault::argument(argument));
    }
    // SAFETY: live, and the caller promises that no other thread uses a handle that is being filled. The references above
    // have ended.
    unsafe { (*handle_of(pointer)).object = Some(object) };
    Ok(())
}

/// Ends a handle: wipes and drops what it holds, and frees its memory if it came from [`new`].
///
/// NULL, and memory that holds no handle of this type, are left alone.
pub(crate) unsafe fn end<O: Opaque>(pointer: *mut O) {
    // SAFETY: as `live`; the caller promises that no other thread uses the handle.
    unsafe {
        if live(0, pointer).is_err() {
            return;
        }
        let handle = handle_of(pointer);
        let on_heap = (*handle).on_heap;
        handle.drop_in_place();
        // What was moved in may have left bytes beside those its destructor wipes. Volatile: a dead store would be dropped.
        for at in 0..size_of::<Handle<O::Object>>() / size_of::<u64>() {
            handle.cast::<u64>().add(at).write_volatile(0);
        }
        #[cfg(feature = "std")]
        if on_heap {
            std::alloc::dealloc(pointer.cast(), std::alloc::Layout::new::<Handle<O::Object>>());
        }
        #[cfg(not(feature = "std"))]
        let _ = on_heap;
    }
}

/// A filled handle out of an array of handles.
#[repr(transparent)]
pub(crate) struct Filled<O>(*const O);

impl<O: Opaque> Filled<O> {
    pub(crate) fn object(&self) -> &O::Object {
        // SAFETY: `all` alone makes this, after it has found every handle of the array filled.
        unsafe { (*handle_of(self.0.cast_mut())).object.as_ref().unwrap_unchecked() }
    }
}

/// Lends the objects behind an array of pointers to handles, without copying anything.
pub(crate) unsafe fn all<'a, O: Opaque>(
    argument: u32,
    pointers: *const *const O,
    count: usize,
) -> Outcome<&'a [Filled<O>]> {
    // SAFETY: the caller's promise.
    let pointers = unsafe { args::array(argument, pointers, count) }?;
    for (index, pointer) in pointers.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { get(argument, *pointer) }.map_err(|fault| fault.with_index(index))?;
    }
    // SAFETY: `Filled` is transparent, and every pointer is that of a filled handle.
    Ok(unsafe { core::slice::from_raw_parts(pointers.as_ptr().cast(), pointers.len()) })
}
