//! The disk as SQLite sees it. The only unsafe code of the project: SQLite asks for a table of C functions.
//!
//! One disk per process: SQLite's own random numbers are one stream per process as well, and a run must be the same each
//! time. Whoever wants more runs at once starts more processes.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::ffi;

use crate::disk::Disk;
use crate::fault::Role;
use crate::shm::Held;

/// The name under which SQLite knows the disk.
pub const NAME: &str = "simulated-disk";
const C_NAME: &CStr = c"simulated-disk";
/// Longest path.
const PATH: c_int = 512;

static DISK: OnceLock<Mutex<Disk>> = OnceLock::new();

/// The disk of this process, known to SQLite from the first call on.
///
/// # Errors
/// SQLite refused it.
pub fn disk() -> Result<MutexGuard<'static, Disk>, String> {
    static REGISTERED: OnceLock<c_int> = OnceLock::new();
    let code = *REGISTERED.get_or_init(register);
    if code != ffi::SQLITE_OK {
        return Err(format!("SQLite does not take the disk: code {code}"));
    }
    Ok(held())
}

/// Begins SQLite's own stream of random numbers (the salts of a WAL) again, from a seed.
pub fn reseed(seed: u64) {
    // Zero would mean: ask the operating system.
    let seed = (seed & 0x7FFF_FFFF) as c_int | 1 << 20;
    // SAFETY: this control takes a number and a connection, which may be null; it keeps neither.
    unsafe {
        ffi::sqlite3_test_control(ffi::SQLITE_TESTCTRL_PRNG_SEED, seed, std::ptr::null_mut::<ffi::sqlite3>());
    }
}

/// Syncs the WAL of a database and drops what is kept of it, as the store does on a real disk.
///
/// # Errors
/// The disk failed.
pub fn reread_wal(database: &std::path::Path) -> std::io::Result<()> {
    match held().reread(&format!("{}-wal", database.display())) {
        ffi::SQLITE_OK => Ok(()),
        code => Err(std::io::Error::other(format!("the simulated disk says {code}"))),
    }
}

fn held() -> MutexGuard<'static, Disk> {
    DISK.get_or_init(Mutex::default).lock()
}

/// What SQLite allocates for an open file: its own part first.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    open: *mut Open,
}

/// An open file.
struct Open {
    file: usize,
    role: Role,
    lock: c_int,
    held: Held,
    /// Removed when it is closed.
    scratch: Option<String>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

fn register() -> c_int {
    let vfs = Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: c_int::try_from(size_of::<Handle>()).unwrap_or(c_int::MAX),
        mxPathname: PATH,
        pNext: std::ptr::null_mut(),
        zName: C_NAME.as_ptr(),
        pAppData: std::ptr::null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_path),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(time),
        xGetLastError: None,
        xCurrentTimeInt64: Some(time_ms),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    });
    // SAFETY: the table lives as long as the process, as SQLite demands.
    unsafe { ffi::sqlite3_vfs_register(Box::leak(vfs), 0) }
}

/// The name of a file, or none for a scratch file.
///
/// # Safety
/// `name` is null or a C string that outlives the call.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as promised above.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

/// What is behind a handle.
///
/// # Safety
/// `file` was opened by [`open`] and not closed, and SQLite uses a handle from one thread at a time.
unsafe fn behind<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Open {
    // SAFETY: as promised above; `open` filled both in.
    unsafe { &mut *(*file.cast::<Handle>()).open }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that lives as long as the file, room for a handle, and a place for flags or null.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let name = text(name);
        match held().open(name, flags & ffi::SQLITE_OPEN_CREATE != 0 || name.is_none()) {
            Err(code) => code,
            Ok(at) => {
                let scratch = name.filter(|_| flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0).map(str::to_owned);
                let role = name.map_or(Role::Other, Role::of);
                let opened = Open { file: at, role, lock: 0, held: Held::default(), scratch };
                (*file.cast::<Handle>()).open = Box::into_raw(Box::new(opened));
                (*file).pMethods = &raw const METHODS;
                if !out_flags.is_null() {
                    *out_flags = flags;
                }
                ffi::SQLITE_OK
            }
        }
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the handle is open, and SQLite does not use it again.
    let mut open = unsafe { Box::from_raw((*file.cast::<Handle>()).open) };
    let mut disk = held();
    let there = disk.file(open.file);
    there.locks.unlock(&mut open.lock, 0);
    there.shm.leave(&mut open.held);
    disk.close(open.file);
    if let Some(name) = &open.scratch {
        disk.delete(name);
    }
    ffi::SQLITE_OK
}

fn place(at: ffi::sqlite3_int64) -> usize {
    usize::try_from(at).unwrap_or(0)
}

fn length(n: c_int) -> usize {
    usize::try_from(n).unwrap_or(0)
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, n: c_int, at: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the handle is open, and `into` has room for `n` bytes.
    let (open, into) = unsafe { (behind(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), length(n))) };
    held().read(open.file, open.role, place(at), into)
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    n: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: the handle is open, and `data` holds `n` bytes.
    let (open, data) = unsafe { (behind(file), std::slice::from_raw_parts(data.cast::<u8>(), length(n))) };
    held().write(open.file, open.role, place(at), data)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the handle is open.
    let open = unsafe { behind(file) };
    held().truncate(open.file, open.role, place(size))
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: the handle is open.
    let open = unsafe { behind(file) };
    held().sync(open.file, open.role)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: the handle is open, and `out` is a place for a number.
    unsafe {
        let open = behind(file);
        *out = ffi::sqlite3_int64::try_from(held().size(open.file)).unwrap_or(0);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the handle is open.
    let open = unsafe { behind(file) };
    let got = held().file(open.file).locks.lock(&mut open.lock, level);
    if got { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the handle is open.
    let open = unsafe { behind(file) };
    held().file(open.file).locks.unlock(&mut open.lock, level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: the handle is open, and `out` is a place for a number.
    unsafe {
        let open = behind(file);
        *out = c_int::from(held().file(open.file).locks.is_reserved());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    c_int::try_from(held().sector()).unwrap_or(512)
}

unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    // As SQLite's own file systems say: bytes beside those that are written stay whole.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    _size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: the handle is open, and `out` is a place for an address. The region stays where it is until the last
    // connection leaves.
    unsafe {
        let open = behind(file);
        let found = held().file(open.file).shm.region(&mut open.held, length(region), extend != 0);
        *out = found.map_or(std::ptr::null_mut(), <*mut u64>::cast);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, n: c_int, flags: c_int) -> c_int {
    // SAFETY: the handle is open.
    let open = unsafe { behind(file) };
    let slots = length(offset)..length(offset + n);
    let mut disk = held();
    let shm = &mut disk.file(open.file).shm;
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        shm.unlock(&mut open.held, slots);
        return ffi::SQLITE_OK;
    }
    let got = shm.lock(&mut open.held, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0);
    if got { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: the handle is open.
    let open = unsafe { behind(file) };
    held().file(open.file).shm.leave(&mut open.held);
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _sync_folder: c_int) -> c_int {
    // SAFETY: SQLite gives a C string.
    let name = unsafe { text(name) };
    held().delete(name.unwrap_or_default())
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _flags: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a C string and a place for a number.
    unsafe { *out = c_int::from(held().exists(text(name).unwrap_or_default())) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(_: *mut ffi::sqlite3_vfs, name: *const c_char, room: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives a C string, and `room` bytes at `out`.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > length(room) {
            return ffi::SQLITE_CANTOPEN;
        }
        std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, n: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives `n` bytes at `out`.
    unsafe { std::ptr::write_bytes(out, 7, length(n)) };
    n
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // Whoever is waited for runs on this very thread.
    microseconds
}

unsafe extern "C" fn time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives a place for a number.
    unsafe { *out = 2_440_587.5 + held().now_ms() as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn time_ms(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives a place for a number.
    unsafe { *out = 210_866_760_000_000 + held().now_ms() };
    ffi::SQLITE_OK
}
