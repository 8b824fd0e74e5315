namespace Recorder.Web.Security;

/// <summary>Who may use a route at all; what they see there is narrowed further by their mailboxes.</summary>
internal enum Access
{
    Anyone,
    SignedIn,

    /// <summary>A person's own session: no token of a program.</summary>
    Person,
    Auditor,
    DomainAdmin,
    Admin,
}

/// <summary>The one table of who may use which route. A route that is not here is refused to everybody.</summary>
internal static class RouteTable
{
    /// <summary>The command line's routes: they answer on the unix socket of the data folder alone (Control).</summary>
    private const string ControlPrefix = "/control/";

    public static IReadOnlyDictionary<string, Access> Routes { get; } = new Dictionary<string, Access>(StringComparer.Ordinal)
    {
        ["GET /"] = Access.SignedIn,
        ["GET /mail"] = Access.SignedIn,
        ["GET /mail/{id}"] = Access.SignedIn,
        ["GET /mail/{id}/body"] = Access.SignedIn,
        ["GET /mail/{id}/source"] = Access.SignedIn,
        ["GET /mail/{id}/raw"] = Access.SignedIn,
        ["GET /mail/{id}/parts/{index:int}"] = Access.SignedIn,
        ["GET /mail/{id}/dispatches"] = Access.SignedIn,
        ["POST /mail/{id}/resend"] = Access.SignedIn,
        ["POST /mail/{id}/release"] = Access.SignedIn,
        ["POST /mail/{id}/act"] = Access.SignedIn,
        ["GET /quarantine"] = Access.SignedIn,
        ["GET /admin"] = Access.Admin,
        ["GET /admin/settings"] = Access.Admin,
        ["GET /admin/setup"] = Access.Admin,
        ["POST /admin/setup"] = Access.Admin,
        ["GET /style"] = Access.Admin,
        ["GET /admin/campaign"] = Access.Admin,
        ["POST /admin/campaign"] = Access.Admin,
        ["GET /admin/retention"] = Access.Admin,
        ["POST /admin/retention/rules"] = Access.Admin,
        ["POST /admin/retention/confirm-clock"] = Access.Admin,
        ["POST /admin/erasures"] = Access.Admin,
        ["GET /admin/purges/{run}"] = Access.Admin,
        ["GET /admin/purges/{run}/certificate.json"] = Access.Admin,
        ["GET /admin/holds"] = Access.Admin,
        ["POST /admin/holds"] = Access.Admin,
        ["POST /admin/holds/{hold}/lift"] = Access.Admin,
        ["POST /bulk"] = Access.SignedIn,
        ["GET /jobs"] = Access.SignedIn,
        ["GET /jobs/{job}"] = Access.SignedIn,
        ["POST /jobs/{job}/act"] = Access.SignedIn,
        ["GET /exports/{export}"] = Access.SignedIn,
        ["GET /exports/{export}/mail.zip"] = Access.SignedIn,
        ["GET /admin/audit"] = Access.Admin,
        ["GET /admin/copies"] = Access.Admin,
        ["GET /admin/evidence"] = Access.Admin,
        ["POST /admin/evidence"] = Access.Admin,
        ["GET /admin/evidence/key.pem"] = Access.Admin,
        ["GET /admin/completeness"] = Access.Admin,
        ["GET /admin/audit/export"] = Access.Admin,
        ["GET /admin/requests"] = Access.DomainAdmin,
        ["GET /admin/requests/{request}"] = Access.DomainAdmin,
        ["POST /admin/requests/{request}/decide"] = Access.DomainAdmin,
        ["GET /admin/outbox"] = Access.Admin,
        ["POST /admin/outbox/{dispatch}/act"] = Access.Admin,
        ["GET /problems"] = Access.SignedIn,
        ["POST /problems/{problem}/dismiss"] = Access.SignedIn,
        ["GET /lists"] = Access.SignedIn,
        ["POST /lists"] = Access.SignedIn,
        ["POST /lists/remove"] = Access.SignedIn,
        ["POST /lists/import"] = Access.SignedIn,
        ["GET /lists/export"] = Access.SignedIn,
        ["GET /admin/lists"] = Access.DomainAdmin,
        ["POST /admin/lists"] = Access.DomainAdmin,
        ["POST /admin/lists/remove"] = Access.DomainAdmin,
        ["POST /admin/lists/import"] = Access.DomainAdmin,
        ["GET /admin/lists/export"] = Access.DomainAdmin,
        ["GET /settings"] = Access.SignedIn,
        ["POST /settings"] = Access.SignedIn,
        ["POST /settings/digest"] = Access.SignedIn,
        ["GET /settings/access"] = Access.Person,
        ["POST /settings/access/sessions/end"] = Access.Person,
        ["POST /settings/access/tokens"] = Access.Person,
        ["POST /settings/access/tokens/revoke"] = Access.Person,
        ["POST /settings/access/factor/begin"] = Access.Person,
        ["POST /settings/access/factor"] = Access.Person,
        ["POST /settings/access/factor/remove"] = Access.Person,
        ["POST /settings/access/delegates"] = Access.Person,
        ["POST /settings/access/delegates/end"] = Access.Person,
        ["GET /activity"] = Access.SignedIn,
        ["GET /inspect"] = Access.Auditor,
        ["GET /inspect/{id}"] = Access.Auditor,
        ["POST /inspect/{id}"] = Access.Auditor,
        ["POST /inspect/{id}/evidence"] = Access.Auditor,
        ["GET /digest/{token}"] = Access.Anyone,
        ["POST /digest/{token}"] = Access.Anyone,
        ["GET /help"] = Access.Anyone,
        ["GET /signin"] = Access.Anyone,
        ["POST /signin"] = Access.Anyone,
        ["POST /signin/code"] = Access.Anyone,
        ["GET /signin/with/{provider:int}"] = Access.Anyone,
        ["POST /signout"] = Access.Anyone,
        ["GET /setup"] = Access.Anyone,
        ["POST /setup"] = Access.Anyone,
        ["POST /language"] = Access.Anyone,
        ["GET /assets/{version}/{name}"] = Access.Anyone,

        ["POST /api/v1/session"] = Access.Anyone,
        ["DELETE /api/v1/session"] = Access.SignedIn,
        ["GET /api/v1/sessions"] = Access.Person,
        ["DELETE /api/v1/sessions/{session}"] = Access.Person,
        ["GET /api/v1/tokens"] = Access.Person,
        ["POST /api/v1/tokens"] = Access.Person,
        ["DELETE /api/v1/tokens/{token}"] = Access.Person,
        ["GET /api/v1/delegates"] = Access.Person,
        ["POST /api/v1/delegates"] = Access.Person,
        ["DELETE /api/v1/delegates"] = Access.Person,
        ["GET /api/v1/activity"] = Access.SignedIn,
        ["GET /api/v1/inspect/messages"] = Access.Auditor,
        ["POST /api/v1/inspect/messages/{id}/open"] = Access.Auditor,
        ["POST /api/v1/inspect/messages/{id}/evidence"] = Access.Auditor,
        ["GET /api/v1/admin/accounts"] = Access.DomainAdmin,
        ["GET /api/v1/admin/accounts/{account}"] = Access.DomainAdmin,
        ["PUT /api/v1/admin/accounts/{account}/addresses"] = Access.DomainAdmin,
        ["POST /api/v1/admin/accounts/{account}/hand-over"] = Access.DomainAdmin,
        ["POST /api/v1/admin/accounts/{account}/delegates"] = Access.DomainAdmin,
        ["DELETE /api/v1/admin/accounts/{account}/delegates"] = Access.DomainAdmin,
        ["GET /api/v1/messages"] = Access.SignedIn,
        ["GET /api/v1/messages/{id}"] = Access.SignedIn,
        ["GET /api/v1/messages/{id}/raw"] = Access.SignedIn,
        ["GET /api/v1/messages/{id}/parts/{index:int}"] = Access.SignedIn,
        ["GET /api/v1/messages/{id}/timeline"] = Access.SignedIn,
        ["GET /api/v1/messages/{id}/dispatches"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/resend"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/release"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/request"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/allow-sender"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/block-sender"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/unlist-sender"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/report"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/hide"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/unhide"] = Access.SignedIn,
        ["POST /api/v1/messages/{id}/safe-copy"] = Access.SignedIn,
        ["GET /api/v1/admin/index"] = Access.Admin,
        ["POST /api/v1/admin/index/check"] = Access.Admin,
        ["GET /api/v1/admin/campaign"] = Access.Admin,
        ["POST /api/v1/admin/campaign"] = Access.Admin,
        ["GET /api/v1/admin/retention"] = Access.Admin,
        ["GET /api/v1/admin/retention/plan"] = Access.Admin,
        ["POST /api/v1/admin/retention/preview"] = Access.Admin,
        ["POST /api/v1/admin/retention/rules"] = Access.Admin,
        ["DELETE /api/v1/admin/retention/rules/{rule}"] = Access.Admin,
        ["POST /api/v1/admin/retention/confirm-clock"] = Access.Admin,
        ["GET /api/v1/admin/purges"] = Access.Admin,
        ["GET /api/v1/admin/purges/{run}"] = Access.Admin,
        ["GET /api/v1/admin/holds"] = Access.Admin,
        ["POST /api/v1/admin/holds"] = Access.Admin,
        ["POST /api/v1/admin/holds/{hold}/lift"] = Access.Admin,
        ["POST /api/v1/admin/erasures"] = Access.Admin,
        ["POST /api/v1/bulk"] = Access.SignedIn,
        ["GET /api/v1/jobs"] = Access.SignedIn,
        ["GET /api/v1/jobs/{job}"] = Access.SignedIn,
        ["POST /api/v1/jobs/{job}/pause"] = Access.SignedIn,
        ["POST /api/v1/jobs/{job}/resume"] = Access.SignedIn,
        ["POST /api/v1/jobs/{job}/cancel"] = Access.SignedIn,
        ["GET /api/v1/exports/{export}"] = Access.SignedIn,
        ["GET /api/v1/exports/{export}/mail.zip"] = Access.SignedIn,
        ["GET /api/v1/admin/audit"] = Access.Admin,
        ["GET /api/v1/admin/copies"] = Access.Admin,
        ["GET /api/v1/admin/evidence"] = Access.Admin,
        ["POST /api/v1/admin/evidence/{record}"] = Access.Admin,
        ["GET /api/v1/admin/completeness"] = Access.Admin,
        ["GET /api/v1/admin/audit/export"] = Access.Admin,
        ["GET /api/v1/admin/requests"] = Access.DomainAdmin,
        ["GET /api/v1/admin/requests/{request}"] = Access.DomainAdmin,
        ["POST /api/v1/admin/requests/{request}/approve"] = Access.DomainAdmin,
        ["POST /api/v1/admin/requests/{request}/deny"] = Access.DomainAdmin,
        ["GET /api/v1/admin/outbox"] = Access.Admin,
        ["POST /api/v1/admin/outbox/{dispatch}/retry"] = Access.Admin,
        ["POST /api/v1/admin/outbox/{dispatch}/give-up"] = Access.Admin,
        ["GET /api/v1/problems"] = Access.SignedIn,
        ["POST /api/v1/problems/{problem}/dismiss"] = Access.SignedIn,
        ["GET /api/v1/lists"] = Access.SignedIn,
        ["POST /api/v1/lists"] = Access.SignedIn,
        ["DELETE /api/v1/lists"] = Access.SignedIn,
        ["POST /api/v1/lists/preview"] = Access.SignedIn,
        ["POST /api/v1/lists/import"] = Access.SignedIn,
        ["GET /api/v1/lists/export"] = Access.SignedIn,
        ["GET /api/v1/admin/lists"] = Access.DomainAdmin,
        ["POST /api/v1/admin/lists"] = Access.DomainAdmin,
        ["DELETE /api/v1/admin/lists"] = Access.DomainAdmin,
        ["POST /api/v1/admin/lists/preview"] = Access.DomainAdmin,
        ["POST /api/v1/admin/lists/import"] = Access.DomainAdmin,
        ["GET /api/v1/admin/lists/export"] = Access.DomainAdmin,
        ["GET /api/v1/preferences"] = Access.SignedIn,
        ["PUT /api/v1/preferences"] = Access.SignedIn,
        ["POST /api/v1/preferences/digest"] = Access.SignedIn,
        ["GET /openapi/{documentName}.json"] = Access.Anyone,

        ["GET /healthz"] = Access.Anyone,
        ["* /metrics"] = Access.Anyone,
    };

    /// <returns>null for a route that is not in the table.</returns>
    public static Access? Of(Endpoint endpoint)
    {
        var names = NamesOf(endpoint);
        if (names.Count > 0 && names.All(name => name.Contains(' ' + ControlPrefix, StringComparison.Ordinal)))
        {
            return Access.Anyone;
        }

        var found = names.Select(name => Routes.TryGetValue(name, out var access) ? access : (Access?)null).ToList();
        return found.Count == 0 || found.Contains(null) ? null : found.Max();
    }

    /// <summary>"GET /mail/{id}": a name for each method; * where the route takes any.</summary>
    public static IReadOnlyList<string> NamesOf(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint route)
        {
            return [];
        }

        var pattern = "/" + (route.RoutePattern.RawText ?? "").Trim('/');
        var methods = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods;
        return methods is { Count: > 0 } ? [.. methods.Select(method => $"{method} {pattern}")] : [$"* {pattern}"];
    }
}
