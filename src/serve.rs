//! `serve`: a daycare, and copies of its store.

use crate::cli::{LogFormat, ServeArguments, ServeCommand};
use crate::output;
use anyhow::Result;
use eggtooth_daycare::front::{self, CertificateFiles, ServeError, ServeOptions, log};
use std::process::ExitCode;

/// The status of wrong usage, as clap's.
const USAGE: u8 = 2;

/// Does what is asked. What makes no sense ends with status 2, everything else that fails with 1.
pub fn serve(arguments: ServeArguments) -> Result<ExitCode> {
    match done(arguments) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => match error.downcast_ref::<ServeError>() {
            Some(usage) if usage.is_usage() => {
                output::log(&usage.to_string());
                Ok(ExitCode::from(USAGE))
            }
            _ => Err(error),
        },
    }
}

fn done(arguments: ServeArguments) -> Result<()> {
    let data_dir = arguments.data_dir;
    match arguments.command {
        Some(ServeCommand::Backup { file, with_key }) => {
            let key = front::backup(data_dir.as_deref(), &file, with_key)?;
            output::print(&match key {
                Some(key) => format!("The backup is {}, its key {}\n", file.display(), key.display()),
                None => format!(
                    "The backup is {}\nROMs in it are sealed: keep a copy of server.key, too, in another place\n",
                    file.display()
                ),
            })
        }
        Some(ServeCommand::Restore { file, with_key }) => {
            let restored = front::restore(data_dir.as_deref(), &file, with_key)?;
            let mut text = format!("{} has the backup's store\n", restored.folder.display());
            if let Some(before) = restored.before {
                text += &format!("What was there before is {}\n", before.display());
            }
            output::print(&text)
        }
        None => {
            let certificate = arguments.cert.zip(arguments.key).map(|(cert, key)| CertificateFiles { cert, key });
            front::serve(&ServeOptions {
                listen: arguments.listen,
                data_dir,
                store: arguments.store,
                certificate,
                names: arguments.names,
                plain: arguments.plain,
                metrics: arguments.metrics.0,
                log: match arguments.log {
                    LogFormat::Auto => log::Format::Auto,
                    LogFormat::Text => log::Format::Text,
                    LogFormat::Json => log::Format::Json,
                },
                web_dir: arguments.web_dir,
                qr: arguments.qr,
            })?;
            Ok(())
        }
    }
}
