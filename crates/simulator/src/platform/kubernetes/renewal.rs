//! Certificates that are not renewed, or were never issued, with the trail that cert-manager leaves: a failed request, its
//! Order and its Challenge. The texts are those of cert-manager 1.21 and of Let's Encrypt.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::applications::Application;
use super::cert_manager::{self, LETS_ENCRYPT, approved, condition, order_name, owner};
use crate::kubernetes::{ApiServer, objects};
use crate::{IssuedCertificate, SimulatorError};

/// How often it has been tried.
const ATTEMPTS: u32 = 6;
/// A tried renewal waits so long for the next try, at most.
const LAST_TRY: SignedDuration = SignedDuration::from_hours(3);
/// The token of every challenge.
const TOKEN: &str = "s9VQYhqDNcD5B0zFZlWkq1yH3mJwTgR2uXo8eKpAfLc";

/// A login page answers the challenges, so the renewal of a certificate that was issued fails.
pub(super) fn block(
    api: &ApiServer,
    application: &Application,
    certificate: &IssuedCertificate,
    now: Timestamp,
) -> Result<(), SimulatorError> {
    let (namespace, name, host) = (application.name, application.secret(), first_host(application));
    let failed = now.checked_sub(LAST_TRY).unwrap_or(now);
    let request = format!("{name}-2");
    let order = order_name(&request);
    let waited = format!(
        "Failed to wait for order resource \"{order}\" to become ready: order is in \"invalid\" state: "
    );
    let message = format!("The certificate request has failed to complete and will be retried: {waited}");
    let mut status = api.object("certificates", namespace, &name).unwrap_or_default()["status"].take();
    let not_before = certificate.validity().not_before;
    let up_to_date = "Certificate is up to date and has not expired";
    status["conditions"] = json!([
        condition("Ready", "True", "Ready", up_to_date, not_before),
        condition("Issuing", "False", "Failed", &message, failed),
    ]);
    status["lastFailureTime"] = objects::time(failed);
    status["failedIssuanceAttempts"] = ATTEMPTS.into();
    status["nextPrivateKeySecretName"] = format!("{name}-q5w8z").into();
    api.patch("certificates", namespace, &name, &json!({ "status": status }))?;

    let mut object = cert_manager::request_object(api, namespace, &name, &request, 2, LETS_ENCRYPT);
    object["metadata"]["creationTimestamp"] = objects::time(failed);
    object["status"] = json!({
        "conditions": [approved(failed), condition("Ready", "False", "Failed", &waited, failed)],
        "failureTime": objects::time(failed),
    });
    api.apply(object)?;
    let mut object = cert_manager::order(api, namespace, &request, &order, &[&host], LETS_ENCRYPT);
    object["metadata"]["creationTimestamp"] = objects::time(failed);
    object["status"] = json!({
        "state": "invalid", "failureTime": objects::time(failed), "url": "https://acme.localhost/acme/order/1/2",
    });
    api.apply(object)?;
    let reason = format!(
        "Error accepting authorization: acme: authorization error for {host}: 403 \
         urn:ietf:params:acme:error:unauthorized: 192.0.2.10: Invalid response from \
         https://commodities.cloudflareaccess.com/cdn-cgi/access/login/{host}?redirect_url=%2F.well-known%2Facme-challenge%2F{TOKEN}: \
         \"<!DOCTYPE html>\\n<html>\\n  <head>\\n    <title>Sign in ・ Cloudflare Access</title>\\n    <meta charset=\\\"utf-8\\\"\""
    );
    let status = json!({ "presented": false, "processing": false, "state": "invalid", "reason": reason });
    api.apply(challenge(api, namespace, &order, &host, failed, &status))
}

/// Nothing is left of a failed renewal. The Certificate is written anew by whoever renews.
pub(super) fn unblock(api: &ApiServer, application: &Application) {
    let (namespace, name) = (application.name, application.secret());
    let request = format!("{name}-2");
    let order = order_name(&request);
    let trail = [("challenges", format!("{order}-1")), ("orders", order), ("certificaterequests", request)];
    for (resource, name) in trail {
        // It is not there where nothing was blocked.
        let _absent = api.delete(resource, namespace, &name);
    }
}

/// A Certificate that has been waiting for its first challenge since it was made: nobody entered its name into the DNS.
pub(super) fn never_issued(
    api: &ApiServer,
    application: &Application,
    now: Timestamp,
) -> Result<(), SimulatorError> {
    let (namespace, name, host) = (application.name, application.secret(), first_host(application));
    let since = super::applications::days_before(now, 6);
    let message = "Issuing certificate as Secret does not exist";
    let mut object = cert_manager::object(namespace, &name, &[&host], LETS_ENCRYPT, now);
    object["metadata"]["creationTimestamp"] = objects::time(since);
    object["status"] = json!({
        "conditions": [
            condition("Ready", "False", "DoesNotExist", message, since),
            condition("Issuing", "True", "DoesNotExist", message, since),
        ],
        "nextPrivateKeySecretName": format!("{name}-m4t9b"),
    });
    api.apply(object)?;
    let request = format!("{name}-1");
    let order = order_name(&request);
    let waiting = format!("Waiting on certificate issuance from order {namespace}/{order}: \"pending\"");
    let mut object = cert_manager::request_object(api, namespace, &name, &request, 1, LETS_ENCRYPT);
    object["metadata"]["creationTimestamp"] = objects::time(since);
    object["status"] = json!({
        "conditions": [approved(since), condition("Ready", "False", "Pending", &waiting, since)],
    });
    api.apply(object)?;
    let mut object = cert_manager::order(api, namespace, &request, &order, &[&host], LETS_ENCRYPT);
    object["metadata"]["creationTimestamp"] = objects::time(since);
    object["status"] = json!({ "state": "pending", "url": "https://acme.localhost/acme/order/1/3" });
    api.apply(object)?;
    let path = format!("http://{host}/.well-known/acme-challenge/{TOKEN}");
    let reason = format!(
        "Waiting for HTTP-01 challenge propagation: failed to perform self check GET request '{path}': Get \"{path}\": \
         dial tcp: lookup {host} on 10.96.0.10:53: no such host"
    );
    let status = json!({ "presented": true, "processing": true, "state": "pending", "reason": reason });
    api.apply(challenge(api, namespace, &order, &host, since, &status))
}

fn challenge(
    api: &ApiServer,
    namespace: &str,
    order: &str,
    host: &str,
    created: Timestamp,
    status: &Value,
) -> Value {
    json!({
        "apiVersion": "acme.cert-manager.io/v1", "kind": "Challenge",
        "metadata": {
            "namespace": namespace, "name": format!("{order}-1"), "creationTimestamp": objects::time(created),
            "finalizers": ["acme.cert-manager.io/finalizer"],
            "ownerReferences": [owner(api, "acme.cert-manager.io/v1", "Order", "orders", namespace, order)],
        },
        "spec": {
            "type": "HTTP-01", "dnsName": host, "token": TOKEN, "wildcard": false,
            "key": format!("{TOKEN}.No0OZ4ktKTY4sx9fUTkbtTgjJrxm3K4EVYFTURkuy0Q"),
            "authorizationURL": "https://acme.localhost/acme/authz/1/2", "url": "https://acme.localhost/acme/chall/1/2",
            "issuerRef": { "name": LETS_ENCRYPT.name, "kind": LETS_ENCRYPT.kind, "group": cert_manager::GROUP },
            "solver": { "http01": { "ingress": { "ingressClassName": "nginx" } } },
        },
        "status": status,
    })
}

fn first_host(application: &Application) -> String {
    application.full_hosts().into_iter().next().unwrap_or_default()
}
