//! Profiles of the AWS configuration files: whether the one asked for exists, and how to log in with it.

use std::path::PathBuf;
use std::sync::Arc;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::{AwsError, Settings, names};

/// Profiles that stand behind each other at most, each with the credentials of the next.
const DEEPEST: usize = 8;

/// How credentials are got anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    profile: Option<Arc<str>>,
    way: Way,
}

/// Where credentials come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Way {
    /// The profile.
    #[default]
    Profile,
    /// The environment, which wins over a profile that it names.
    Environment,
    /// A session of IAM Identity Center; the profile that it is entered through, unless that is the default one.
    Sso(Option<Arc<str>>),
}

impl Login {
    pub(super) fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// What mends credentials, with the command: `run: aws sso login --profile prod`.
    pub(super) fn mend(&self) -> String {
        match &self.way {
            Way::Profile => format!("run: aws configure{}", flag(self.profile.as_deref())),
            Way::Environment => {
                "set new ones in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and start again"
                    .to_owned()
            }
            Way::Sso(profile) => format!("run: aws sso login{}", flag(profile.as_deref())),
        }
    }

    /// The command that sets a region, for this profile.
    pub(super) fn region_command(&self) -> String {
        format!("aws configure set region REGION{}", flag(self.profile.as_deref()))
    }
}

fn flag(profile: Option<&str>) -> String {
    profile.map(|name| format!(" --profile {name}")).unwrap_or_default()
}

/// What the configuration files and the environment say before any client exists.
#[derive(Debug, Default)]
pub(super) struct Local {
    pub(super) login: Login,
    pub(super) ca_bundle: Option<PathBuf>,
    pub(super) endpoint_url: Option<String>,
    pub(super) region: Option<String>,
}

/// Reads the configuration files as `env` and `fs` show them.
///
/// # Errors
/// The files cannot be parsed, or lack the profile that was asked for.
pub(super) async fn look(settings: &Settings, env: &Env, fs: &Fs) -> Result<Local, AwsError> {
    let asked = settings.profile.clone().or_else(|| set(env, "AWS_PROFILE"));
    let profiles = load(env, fs, asked.clone()).await?;
    if let Some(name) = &asked {
        require(&profiles, name)?;
    }
    let way = way(settings, env, &profiles, asked.as_deref());
    Ok(Local {
        login: Login { profile: asked.map(Arc::from), way },
        ca_bundle: settings
            .ca_bundle
            .clone()
            .or_else(|| set(env, "AWS_CA_BUNDLE").map(PathBuf::from))
            .or_else(|| profiles.get("ca_bundle").map(PathBuf::from)),
        endpoint_url: settings.endpoint_url.clone().or_else(|| configured_endpoint(env, &profiles)),
        region: settings
            .region
            .clone()
            .or_else(|| set(env, "AWS_REGION"))
            .or_else(|| set(env, "AWS_DEFAULT_REGION"))
            .or_else(|| profiles.get("region").map(str::to_owned)),
    })
}

/// Keys in the environment win over a profile that is only named there, as with the AWS CLI.
fn way(settings: &Settings, env: &Env, profiles: &ProfileSet, asked: Option<&str>) -> Way {
    if settings.profile.is_none() && set(env, "AWS_ACCESS_KEY_ID").is_some() {
        return Way::Environment;
    }
    let mut name = asked.unwrap_or("default").to_owned();
    for _ in 0..DEEPEST {
        let Some(profile) = profiles.get_profile(&name) else { break };
        if ["sso_session", "sso_start_url"].iter().any(|key| profile.get(key).is_some()) {
            let is_usual = asked.is_none() && name == "default";
            return Way::Sso((!is_usual).then(|| Arc::from(name.as_str())));
        }
        // A role is assumed with the credentials of another profile.
        let Some(source) = profile.get("source_profile").filter(|source| *source != name) else { break };
        name = source.to_owned();
    }
    Way::Profile
}

fn configured_endpoint(env: &Env, profiles: &ProfileSet) -> Option<String> {
    let from = |variable: &str, key: &str| set(env, variable).or_else(|| profiles.get(key).map(str::to_owned));
    let ignored = from("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls");
    if ignored.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return None;
    }
    from("AWS_ENDPOINT_URL", "endpoint_url")
}

fn set(env: &Env, name: &str) -> Option<String> {
    env.get(name).ok().filter(|value| !value.is_empty())
}

async fn load(env: &Env, fs: &Fs, profile: Option<String>) -> Result<ProfileSet, AwsError> {
    aws_config::profile::load(fs, env, &EnvConfigFiles::default(), profile.map(Into::into)).await.map_err(|error| {
        AwsError::Configuration {
            problem: format!("the AWS configuration files cannot be read ({error})"),
            mend: "mend the file, or name others in AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE".into(),
        }
    })
}

fn require(profiles: &ProfileSet, name: &str) -> Result<(), AwsError> {
    // Like the AWS CLI, which knows a `default` profile even where none is written down.
    if name == "default" || profiles.get_profile(name).is_some() {
        return Ok(());
    }
    let near = names::near(name, profiles.profiles());
    let hint = match near.as_slice() {
        [] => String::new(),
        near => format!(" (there is {})", near.join(", ")),
    };
    Err(AwsError::Configuration {
        problem: format!("there is no AWS profile {name}{hint}"),
        mend: format!("give another with --profile, or make it with: aws configure --profile {name}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[profile prod]\nregion = eu-central-1\nsso_session = corp\nca_bundle = /ca.pem\n\
                          [sso-session corp]\nsso_start_url = https://corp\n[profile dev]\nregion = eu-west-1\n\
                          [profile admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = prod\n";

    async fn look_at(settings: &Settings, vars: &[(&str, &str)]) -> Result<Local, AwsError> {
        let vars = [&[("HOME", "/home/me"), ("AWS_CONFIG_FILE", "/config")], vars].concat();
        look(settings, &Env::from_slice(&vars), &Fs::from_slice(&[("/config", CONFIG)])).await
    }

    fn asking(profile: &str) -> Settings {
        Settings { profile: Some(profile.into()), ..Settings::default() }
    }

    #[tokio::test]
    async fn a_missing_profile_is_named_with_its_neighbours() {
        let error = look_at(&asking("prd"), &[]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no AWS profile prd (there is prod); \
             give another with --profile, or make it with: aws configure --profile prd"
        );
        assert_eq!(error.exit_kind().code(), 253);
    }

    #[tokio::test]
    async fn the_login_command_follows_the_profile() {
        assert_eq!(look_at(&asking("prod"), &[]).await.unwrap().login.mend(), "run: aws sso login --profile prod");
        assert_eq!(look_at(&asking("dev"), &[]).await.unwrap().login.mend(), "run: aws configure --profile dev");
        assert_eq!(look_at(&Settings::default(), &[]).await.unwrap().login.mend(), "run: aws configure");
        // A role is assumed with a session that is entered through another profile.
        assert_eq!(look_at(&asking("admin"), &[]).await.unwrap().login.mend(), "run: aws sso login --profile prod");
    }

    #[tokio::test]
    async fn keys_in_the_environment_are_mended_there_unless_a_flag_names_a_profile() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_PROFILE", "prod")];
        let mend = look_at(&Settings::default(), &keys).await.unwrap().login.mend();
        assert!(mend.starts_with("set new ones in AWS_ACCESS_KEY_ID, "), "{mend}");
        assert_eq!(look_at(&asking("prod"), &keys).await.unwrap().login.mend(), "run: aws sso login --profile prod");
    }

    #[tokio::test]
    async fn the_environment_names_a_profile_too() {
        let local = look_at(&Settings::default(), &[("AWS_PROFILE", "prod")]).await.unwrap();
        assert_eq!(local.login.profile(), Some("prod"));
        assert_eq!(local.ca_bundle, Some(PathBuf::from("/ca.pem")));
        assert!(look_at(&Settings::default(), &[("AWS_PROFILE", "gone")]).await.is_err());
    }

    #[tokio::test]
    async fn a_flag_wins_over_the_environment_and_that_over_the_profile() {
        let vars =
            [("AWS_DEFAULT_REGION", "us-west-2"), ("AWS_CA_BUNDLE", "/env.pem"), ("AWS_ENDPOINT_URL", "http://env")];
        let env = look_at(&asking("prod"), &vars).await.unwrap();
        assert_eq!(env.ca_bundle, Some(PathBuf::from("/env.pem")));
        assert_eq!(env.region.as_deref(), Some("us-west-2"));
        let flags = Settings {
            ca_bundle: Some("/flag.pem".into()),
            endpoint_url: Some("http://flag".into()),
            ..asking("prod")
        };
        let flag = look_at(&flags, &vars).await.unwrap();
        assert_eq!(flag.ca_bundle, Some(PathBuf::from("/flag.pem")));
        assert_eq!(flag.endpoint_url.as_deref(), Some("http://flag"));
    }

    #[tokio::test]
    async fn a_configured_endpoint_may_be_ignored_but_not_a_flag() {
        let vars = [("AWS_ENDPOINT_URL", "http://env"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        assert_eq!(look_at(&Settings::default(), &vars).await.unwrap().endpoint_url, None);
        let flag = Settings { endpoint_url: Some("http://flag".into()), ..Settings::default() };
        assert_eq!(look_at(&flag, &vars).await.unwrap().endpoint_url.as_deref(), Some("http://flag"));
    }
}
