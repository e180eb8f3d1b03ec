//! Values: objects in a `struct` of the caller, who may put it anywhere, and move it.
//!
//! A value is the magic word of its type, then the Rust object. All zeros is a value that holds nothing. The object owns
//! nothing but its bytes, so to overwrite it is to end it.

use core::mem::MaybeUninit;

use crate::guard::{Fault, Outcome};

/// A C `struct` of opaque words that holds a Rust object.
///
/// # Safety
/// The implementor is a `repr(C)` struct of 64-bit words alone, and the object owns nothing but its bytes.
pub(crate) unsafe trait Value: Sized {
    /// The object inside. It must stay valid when its bytes are moved, as Rust's moves do.
    type Object;
    /// Says that the struct holds such an object. Not zero, and no other type's.
    const MAGIC: u64;

    /// Stops the build when the object has outgrown its struct.
    const FITS: () = assert!(
        size_of::<Layout<Self::Object>>() <= size_of::<Self>()
            && align_of::<Layout<Self::Object>>() <= align_of::<Self>()
    );
}

#[repr(C)]
pub(crate) struct Layout<T> {
    magic: u64,
    object: MaybeUninit<T>,
}

/// A struct of the caller that may be written, whatever it holds.
pub(crate) struct Place<V>(*mut V);

impl<V: Value> Place<V> {
    /// Takes a pointer that must be there.
    pub(crate) fn new(argument: u32, value: *mut V) -> Outcome<Self> {
        if value.is_null() || !value.is_aligned() { Err(Fault::argument(argument)) } else { Ok(Self(value)) }
    }

    /// Puts an object into the struct. Its other bytes are zero.
    pub(crate) fn put(&self, object: V::Object) {
        let () = V::FITS;
        self.clear();
        let layout = Layout { magic: V::MAGIC, object: MaybeUninit::new(object) };
        // SAFETY: not null and aligned, and the struct is large enough (FITS); the caller promises that it may be written.
        unsafe { self.0.cast::<Layout<V::Object>>().write(layout) };
    }

    /// Overwrites the struct with zeros, without a look at what it held: that may have been uninitialised.
    pub(crate) fn clear(&self) {
        let words = self.0.cast::<u64>();
        for at in 0..size_of::<V>() / size_of::<u64>() {
            // SAFETY: a value is made of words alone. Volatile, so that the compiler keeps what nobody reads again.
            unsafe { words.add(at).write_volatile(0) };
        }
    }
}

/// The structs of a batch.
pub(crate) struct Places<V> {
    first: *mut V,
    count: usize,
}

impl<V: Value> Places<V> {
    /// Takes an array of structs.
    pub(crate) unsafe fn new(argument: u32, values: *mut V, count: usize) -> Outcome<Self> {
        // They are looked at as bytes that may be uninitialised.
        // SAFETY: the caller's promise.
        unsafe { crate::args::array(argument, values.cast::<MaybeUninit<V>>().cast_const(), count) }?;
        Ok(Self { first: values, count })
    }

    /// How many structs.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    /// The structs, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Place<V>> + use<V> {
        let first = self.first;
        // SAFETY: within the array.
        (0..self.count).map(move |index| Place(unsafe { first.add(index) }))
    }
}

impl<V: Value> Place<V> {
    /// The struct.
    pub(crate) const fn pointer(&self) -> *mut V {
        self.0
    }
}

/// Checks that the pointer is to a struct, and says whether it holds an object: what does not, and is not zero, is misuse.
unsafe fn inspect<V: Value>(argument: u32, value: *const V) -> Outcome<bool> {
    if value.is_null() || !value.is_aligned() {
        return Err(Fault::argument(argument));
    }
    // SAFETY: the caller promises that there is a struct, whose first word is readable.
    match unsafe { value.cast::<u64>().read() } {
        0 => Ok(false),
        magic if magic == V::MAGIC => Ok(true),
        _ => Err(Fault::argument(argument)),
    }
}

/// Lends the object of a struct; `None` when it holds nothing.
pub(crate) unsafe fn get<'a, V: Value>(argument: u32, value: *const V) -> Outcome<Option<&'a V::Object>> {
    // SAFETY: the caller's promise. The magic word says that an object was put, which `put` alone does.
    unsafe { Ok(inspect(argument, value)?.then(|| (*value.cast::<Layout<V::Object>>()).object.assume_init_ref())) }
}

/// Lends the object of a struct to be changed; `None` when it holds nothing.
pub(crate) unsafe fn get_mut<'a, V: Value>(argument: u32, value: *mut V) -> Outcome<Option<&'a mut V::Object>> {
    // SAFETY: as in `get`, and the caller promises that nothing else uses the struct meanwhile.
    unsafe { Ok(inspect(argument, value)?.then(|| (*value.cast::<Layout<V::Object>>()).object.assume_init_mut())) }
}

/// Takes the object out of a struct, which holds nothing from then on; `None` when it held nothing.
pub(crate) unsafe fn take<V: Value>(argument: u32, value: *mut V) -> Outcome<Option<V::Object>> {
    // SAFETY: as in `get_mut`. The bytes are overwritten after they were moved out, so there is one object.
    let object =
        unsafe { inspect(argument, value)?.then(|| (*value.cast::<Layout<V::Object>>()).object.assume_init_read()) };
    Place(value).clear();
    Ok(object)
}

/// Overwrites all of a struct with zeros; what is no struct is left alone.
pub(crate) unsafe fn wipe<V: Value>(value: *mut V) {
    if let Ok(place) = Place::new(0, value) {
        place.clear();
    }
}
