use super::*;
use crate::synth::measure::frequency;

const TONE: Option<Tone> = Some(Tone { divisor: 12, high_half_ticks: 12 });

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn records_a_tune_of_the_right_length_and_pitch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tune.wav");
    // As after loading a state: the recording starts in the middle of time.
    let start = 1_000_003;
    let mut wav = WavWriter::create(&path, start).unwrap();
    wav.tone(start, None).unwrap();
    wav.tone(start + 32_768, TONE).unwrap();
    wav.tone(start + 98_304, None).unwrap();
    assert_eq!(wav.finish(start + 131_072).unwrap(), 4 * 48_000);

    let mut file = hound::WavReader::open(&path).unwrap();
    let spec = file.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 48_000, 16));
    let samples: Vec<f32> = file.samples::<i16>().map(|s| f32::from(s.unwrap())).collect();
    assert_eq!(samples.len(), 4 * 48_000);
    assert!(samples[..48_000].iter().all(|s| *s == 0.0));
    assert!(samples[145_000..].iter().all(|s| *s == 0.0));
    let measured = frequency(&samples[48_100..143_900], 48_000.0);
    assert!((measured / (32_768.0 / 12.0) - 1.0).abs() < 0.001, "{measured}");
}

#[test]
fn two_runs_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let record = |name: &str, step: u64| {
        let path = folder.path().join(name);
        let mut wav = WavWriter::create(&path, 0).unwrap();
        wav.tone(700, TONE).unwrap();
        for tick in (700..40_000).step_by(usize::try_from(step).unwrap()) {
            wav.advance(tick).unwrap();
        }
        wav.finish(40_000).unwrap();
        std::fs::read(path).unwrap()
    };
    let bytes = record("a.wav", 39_300);
    assert_eq!(bytes, record("b.wav", 17));
    assert!(bytes[44..].iter().any(|b| *b != 0));
}

#[test]
fn leaves_nothing_and_harms_nothing_unless_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.wav");
    std::fs::write(&path, "old").unwrap();
    let mut wav = WavWriter::create(&path, 0).unwrap();
    wav.tone(50_000, TONE).unwrap();
    drop(wav);
    assert_eq!(names(folder.path()), ["old.wav"]);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
}

#[test]
fn refuses_what_is_no_file_and_what_is_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(WavWriter::create(folder.path(), 0), Err(WavError::NotAFile(_))));
    let missing = folder.path().join("no").join("such.wav");
    let Err(error) = WavWriter::create(&missing, 0) else { panic!("made a file nowhere") };
    assert!(error.to_string().contains("check that its folder exists"), "{error}");
    // A rename over a device would replace it for the whole machine.
    #[cfg(unix)]
    assert!(matches!(WavWriter::create(Path::new("/dev/null"), 0), Err(WavError::NotAFile(_))));
}

#[test]
fn refuses_ticks_that_fall_and_recordings_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let mut wav = WavWriter::create(&folder.path().join("a.wav"), 500).unwrap();
    wav.tone(600, TONE).unwrap();
    assert!(matches!(wav.tone(599, None), Err(WavError::OutOfOrder { tick: 599, last: 600 })));
    wav.written = MAX_SAMPLES - 10;
    assert!(matches!(wav.advance(40_000), Err(WavError::TooLong)));
    drop(wav);
    assert!(names(folder.path()).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut wav = WavWriter::create(&folder.path().join("a.wav"), 0).unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let spec = wav.samples.spec();
    // The header fits into the buffer; the first second of samples does not.
    wav.samples = hound::WavWriter::new(BufWriter::new(full), spec).unwrap();
    assert!(matches!(wav.advance(100_000), Err(WavError::Write { .. })));
}
