//! Real files on a real file system, changed in every way that editors and kubelet change them.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::time::timeout;

use super::*;

/// Far longer than any notice takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// Far longer than [`PATIENCE`], so that what is noticed was heard.
const NEVER: Duration = Duration::from_hours(1);

struct Room(TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Replaces as careful programs do.
    fn replace(&self, name: &str, text: &str) {
        self.write(".new", text);
        fs::rename(self.path(".new"), self.path(name)).unwrap();
    }

    /// Mounts as kubelet does: `key -> ..data/key`, `..data -> VERSION`, swapped by renaming.
    fn mount(&self, version: &str, text: &str) {
        fs::create_dir_all(self.path("mounted").join(version)).unwrap();
        self.write(&format!("mounted/{version}/key"), text);
        symlink(version, self.path("mounted/..data_tmp")).unwrap();
        fs::rename(self.path("mounted/..data_tmp"), self.path("mounted/..data")).unwrap();
        let _ = symlink("..data/key", self.path("mounted/key"));
    }
}

async fn noticed(watch: &mut FileWatch, what: &str) {
    assert!(timeout(PATIENCE, watch.changed()).await.is_ok(), "not noticed: {what}");
}

/// Has it look again, and waits until it has seen nothing new.
async fn quiet(watch: &mut FileWatch, what: &str) {
    assert!(watch.looking.is_none(), "a look from before says nothing of {what}");
    let mut rests = watch.rests.subscribe();
    watch.woken.notify_one();
    tokio::select! {
        biased;
        () = watch.changed() => panic!("taken for a change: {what}"),
        rested = rests.changed() => rested.unwrap(),
        () = tokio::time::sleep(PATIENCE) => panic!("never at rest: {what}"),
    }
}

/// A watch that has to hear of a change to notice it: it does not look by itself, and has done with looking because it
/// is new.
async fn listening(paths: impl IntoIterator<Item = PathBuf>) -> FileWatch {
    let mut watch = FileWatch::new(paths);
    watch.poll = NEVER;
    watch.due = Instant::now() + NEVER;
    quiet(&mut watch, "nothing").await;
    watch
}

#[tokio::test]
async fn writing_replacing_removing_and_making_anew_are_noticed() {
    let room = Room::new();
    room.write("file", "1");
    let mut watch = listening([room.path("file")]).await;
    room.write("file", "2");
    noticed(&mut watch, "written in place").await;
    room.replace("file", "3");
    noticed(&mut watch, "replaced by renaming").await;
    fs::remove_file(room.path("file")).unwrap();
    noticed(&mut watch, "removed").await;
    room.write("file", "3");
    noticed(&mut watch, "made anew").await;
    quiet(&mut watch, "nothing more").await;
}

#[tokio::test]
async fn what_says_the_same_is_no_change() {
    let room = Room::new();
    room.write("file", "1");
    let mut watch = listening([room.path("file")]).await;
    room.replace("file", "1");
    quiet(&mut watch, "the same contents").await;
    room.write("neighbour", "1");
    quiet(&mut watch, "a neighbour").await;
    assert_eq!(fs::read(room.path("file")).unwrap(), b"1");
    quiet(&mut watch, "reading").await;
}

#[tokio::test]
async fn a_swapped_volume_is_noticed_each_time() {
    let room = Room::new();
    room.mount("..one", "1");
    let mut watch = listening([room.path("mounted/key")]).await;
    for (version, before) in [("..two", "..one"), ("..three", "..two"), ("..four", "..three")] {
        room.mount(version, version);
        fs::remove_dir_all(room.path("mounted").join(before)).unwrap();
        noticed(&mut watch, version).await;
    }
}

#[tokio::test]
async fn a_file_is_noticed_when_the_directories_before_it_appear() {
    let room = Room::new();
    let mut watch = listening([room.path("c/d/file"), room.path("a/b/file")]).await;
    fs::create_dir_all(room.path("c/d")).unwrap();
    room.write("c/d/file", "1");
    noticed(&mut watch, "all at once").await;
    fs::create_dir_all(room.path("a/b")).unwrap();
    quiet(&mut watch, "a directory without the file").await;
    room.write("a/b/file", "1");
    noticed(&mut watch, "the file").await;
    fs::rename(room.path("a/b"), room.path("a/former")).unwrap();
    noticed(&mut watch, "its directory is gone").await;
}

#[tokio::test]
async fn whether_it_can_be_read_is_a_change_too() {
    let room = Room::new();
    room.write("file", "1");
    let path = room.path("file");
    let mut watch = listening([path.clone()]).await;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_err() {
        noticed(&mut watch, "forbidden").await;
    } else {
        // Root may read everything; a directory in its place nobody.
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        noticed(&mut watch, "a directory in its place").await;
    }
}

#[tokio::test]
async fn a_change_that_nobody_waited_for_is_not_lost() {
    let room = Room::new();
    room.write("file", "1");
    let mut watch = listening([room.path("file")]).await;
    room.write("file", "2");
    for _ in 0..50 {
        // Dropped at every stage of its way.
        if timeout(Duration::from_millis(7), watch.changed()).await.is_ok() {
            return;
        }
    }
    noticed(&mut watch, "after many who did not wait").await;
}

#[tokio::test]
async fn other_files_can_be_watched_without_losing_a_change_of_those_that_stay() {
    let room = Room::new();
    room.write("stays", "1");
    room.write("comes", "1");
    let mut watch = listening([room.path("stays"), room.path("goes")]).await;
    watch.set([room.path("stays"), room.path("comes")]);
    quiet(&mut watch, "a new file as it is").await;
    room.write("goes", "1");
    quiet(&mut watch, "one that is watched no more").await;
    room.write("stays", "2");
    watch.set([room.path("stays")]);
    noticed(&mut watch, "a change from before").await;
}

#[tokio::test(start_paused = true)]
async fn where_the_system_does_not_tell_the_files_are_looked_at() {
    let room = Room::new();
    room.write("file", "1");
    let mut watch = FileWatch::new([room.path("file")]);
    watch.looker.as_mut().unwrap().directories = DirectoryWatch::deaf();
    watch.woken = Arc::default();
    let began = Instant::now();
    room.write("file", "2");
    watch.changed().await;
    // To the granularity of the timer.
    assert_eq!(began.elapsed().as_secs(), POLL.as_secs());
}

/// A directory in the place of `path`, with its inode if the file system gives it out again.
fn make_anew(room: &Room, path: &Path) {
    let inode = fs::metadata(path).unwrap().ino();
    fs::remove_dir_all(path).unwrap();
    for number in 0..100 {
        let candidate = room.path(&format!("candidate-{number}"));
        fs::create_dir(&candidate).unwrap();
        if number == 99 || fs::metadata(&candidate).unwrap().ino() == inode {
            return fs::rename(candidate, path).unwrap();
        }
    }
}

#[tokio::test]
async fn a_directory_that_is_removed_and_made_anew_is_watched_again() {
    let room = Room::new();
    let path = room.path("directory");
    fs::create_dir(&path).unwrap();
    room.write("directory/file", "1");
    let mut watch = listening([room.path("directory/file")]).await;
    make_anew(&room, &path);
    room.write("directory/file", "2");
    noticed(&mut watch, "made anew").await;
    quiet(&mut watch, "nothing more").await;
    room.write("directory/file", "3");
    noticed(&mut watch, "a change in what was made anew").await;
}

#[tokio::test]
async fn a_directory_that_was_away_for_a_moment_is_watched_again() {
    let room = Room::new();
    let (path, away) = (room.path("directory"), room.path("away"));
    fs::create_dir(&path).unwrap();
    room.write("directory/file", "1");
    room.write("file", "1");
    let mut watch = listening([room.path("directory/file"), room.path("file")]).await;
    fs::rename(&path, &away).unwrap();
    fs::rename(&away, &path).unwrap();
    // Events come in order: when this is noticed, the others are known.
    room.write("file", "2");
    noticed(&mut watch, "the sign that comes after").await;
    quiet(&mut watch, "the same directory as before").await;
    room.write("directory/file", "2");
    noticed(&mut watch, "a change in what has come back").await;
}

#[tokio::test]
async fn neighbours_are_not_listened_to() {
    let room = Room::new();
    let watch = listening([room.path("file"), room.path("other")]).await;
    let written = |name| notify::Event {
        kind: notify::EventKind::Modify(notify::event::ModifyKind::Data(notify::event::DataChange::Any)),
        paths: vec![room.path(name)],
        attrs: notify::event::EventAttributes::default(),
    };
    let directories = &watch.looker.as_ref().unwrap().directories;
    assert_eq!(["file", "other", "log"].map(|name| directories.hears(&written(name))), [true, true, false]);
}

/// One that knows the file as it is, and the way to look at it.
fn looker(path: &Path) -> (Looker, [PathBuf; 1]) {
    let mut watch = FileWatch::new([path.to_owned()]);
    (watch.looker.take().unwrap(), [path.to_owned()])
}

#[tokio::test]
async fn a_file_that_is_empty_or_gone_for_a_moment_has_not_changed() {
    let room = Room::new();
    room.write("file", "1");
    let path = room.path("file");
    let (mut looker, paths) = looker(&path);
    for remove in [false, true] {
        let act = if remove { fs::remove_file(&path) } else { fs::write(&path, "") };
        act.unwrap();
        assert_eq!(looker.look(&paths), Sight::Missing);
        room.write("file", "1");
        assert_eq!(looker.look(&paths), Sight::Same);
    }
    let mut watch = listening([path]).await;
    room.write("file", "");
    noticed(&mut watch, "it stays empty").await;
    room.write("file", "2");
    noticed(&mut watch, "it has come back").await;
}

#[tokio::test]
async fn a_file_that_is_written_in_parts_is_a_change_when_it_stands_still() {
    let room = Room::new();
    room.write("file", "1");
    let (mut looker, paths) = looker(&room.path("file"));
    for part in ["a", "a part", "a part more"] {
        room.write("file", part);
        assert_eq!(looker.look(&paths), Sight::Unsettled);
    }
    assert_eq!(looker.look(&paths), Sight::Settled);
    // It is known when it is reported.
    assert_eq!(looker.look(&paths), Sight::Settled);
    looker.accept(&paths);
    assert_eq!(looker.look(&paths), Sight::Same);
}

#[tokio::test]
async fn what_never_stands_still_is_noticed_all_the_same() {
    let room = Room::new();
    room.write("file", "0");
    let mut watch = listening([room.path("file")]).await;
    let mut count = 0;
    // Until the watch gives up waiting for a rest.
    let noticed = timeout(PATIENCE, async {
        loop {
            count += 1;
            room.write("file", &count.to_string());
            if timeout(Duration::from_millis(20), watch.changed()).await.is_ok() {
                break;
            }
        }
    });
    assert!(noticed.await.is_ok());
}

#[tokio::test]
async fn what_is_acknowledged_is_no_change_and_what_comes_after_is() {
    let room = Room::new();
    room.write("file", "1");
    let mut watch = listening([room.path("file")]).await;
    room.write("file", "2");
    watch.acknowledge();
    quiet(&mut watch, "acknowledged").await;
    room.write("file", "3");
    noticed(&mut watch, "after it").await;
}

#[tokio::test]
async fn a_large_file_is_told_apart_by_its_stamp() {
    let room = Room::new();
    let large = |letter: u8| vec![letter; 3 * 1024 * 1024];
    fs::write(room.path("file"), large(b'a')).unwrap();
    let mut watch = listening([room.path("file")]).await;
    fs::write(room.path("file.new"), large(b'b')).unwrap();
    fs::rename(room.path("file.new"), room.path("file")).unwrap();
    noticed(&mut watch, "another large file").await;
}

#[tokio::test]
async fn nothing_is_waited_for_without_files() {
    let mut watch = FileWatch::new([]);
    watch.due = Instant::now();
    watch.woken.notify_one();
    assert!(timeout(Duration::ZERO, watch.changed()).await.is_err());
    assert!(watch.looking.is_none(), "nothing is looked at");
    assert_eq!(
        format!("{:?}", FileWatch::new([Path::new("/a").into()])),
        "FileWatch { paths: [\"/a\"], .. }"
    );
}
