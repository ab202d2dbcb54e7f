//! Where the shared secret comes from. It is the user's: none is shipped, none is ever shown.

use anyhow::{Context, Result, bail};
use eggtooth_prong::secret::Secret;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::output;

/// The environment variable with the secret in hexadecimal.
const VARIABLE: &str = "EGGTOOTH_PRONG_SECRET";
/// The secret of `--secret-file` or the environment; `None` if there is neither.
pub fn given(file: Option<&Path>) -> Result<Option<Arc<Secret>>> {
    let secret = match file {
        Some(path) => {
            let mut bytes = Vec::with_capacity(258);
            let cannot = || format!("the secret file {} cannot be read", path.display());
            std::fs::File::open(path).and_then(|file| file.take(257).read_to_end(&mut bytes)).with_context(cannot)?;
            let secret = Secret::new(bytes).with_context(|| format!("{} is no secret file", path.display()))?;
            if secret.ends_in_newline() {
                output::log(&format!(
                    "{} ends in a newline, which is taken as part of the secret; if it is not, write the file without it",
                    path.display()
                ));
            }
            Some(secret)
        }
        None => match std::env::var(VARIABLE) {
            Ok(text) => Some(Secret::from_hex(&text).with_context(|| format!("{VARIABLE} is no secret"))?),
            Err(std::env::VarError::NotPresent) => None,
            Err(error) => return Err(error).with_context(|| format!("{VARIABLE} cannot be read")),
        },
    };
    Ok(secret.map(Arc::new))
}

/// What packets are made with: on a network this program's own unless a file says otherwise, elsewhere the one given.
pub fn needed(file: Option<&Path>, on_network: bool) -> Result<Arc<Secret>> {
    if on_network && file.is_none() {
        return Ok(Arc::new(Secret::own()));
    }
    match given(file)? {
        Some(secret) => Ok(secret),
        None => bail!(
            "packets need the toys' shared secret, which you have to supply: give --secret-file FILE (1 to 256 raw bytes), or hexadecimal in {VARIABLE}"
        ),
    }
}
