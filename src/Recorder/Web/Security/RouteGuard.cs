using Microsoft.AspNetCore.Authorization;
using Recorder.Accounts;
using Recorder.Ledger;

namespace Recorder.Web.Security;

/// <summary>Asks the table about every request: the framework's fall-back policy, so that no route can forget to ask.</summary>
internal sealed class RouteTableRequirement : IAuthorizationRequirement
{
    public static AuthorizationPolicy Policy { get; } = new([new RouteTableRequirement()], [SessionAuthentication.SchemeName]);
}

/// <summary>The one table of which role has which right; what a token may is a part of what its account may.</summary>
internal static class RoleTable
{
    public static bool Has(Reader? reader, Access access) => access switch
    {
        Access.Anyone => true,
        _ when reader is null => false,
        Access.SignedIn => true,
        Access.Person => reader.Token is null,
        Access.Auditor => reader.Account.IsAuditor,
        Access.DomainAdmin => reader.Account.IsAdmin || reader.Account.AdminOf is { Count: > 0 },
        Access.Admin => reader.Account.IsAdmin,
        _ => false,
    };

    /// <summary>A token for reading changes nothing.</summary>
    public static bool AllowsMethod(Reader? reader, string method) =>
        reader?.Token is not { Scope: TokenScope.Read } || HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}

internal sealed class RouteTableHandler : AuthorizationHandler<RouteTableRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, RouteTableRequirement requirement)
    {
        if (context.Resource is HttpContext http && IsAllowed(http))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    private static bool IsAllowed(HttpContext http) => http.GetEndpoint() switch
    {
        // Nothing is there: the answer is 404, for everybody alike; or routing's own 405, which is no route and serves nothing.
        null => true,
        not RouteEndpoint and { Metadata.Count: 0 } => true,
        var endpoint => RouteTable.Of(endpoint) is { } access
            && RoleTable.Has(http.Features.Get<Reader>(), access)
            && (access == Access.Anyone || RoleTable.AllowsMethod(http.Features.Get<Reader>(), http.Request.Method)),
    };
}
