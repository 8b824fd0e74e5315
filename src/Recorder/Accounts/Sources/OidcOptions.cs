using System.ComponentModel.DataAnnotations;

namespace Recorder.Accounts.Sources;

/// <summary>Section <c>Accounts:Oidc:N</c>: the OpenID Connect provider with which the people of some domains sign in (docs/accounts.md).</summary>
public sealed class OidcSignInOptions
{
    /// <summary>Domains whose people sign in there, and nowhere else but with a local password.</summary>
    public IList<string> Domains { get; set; } = [];

    /// <summary>The provider's issuer address, e.g. <c>https://login.example.edu/realms/staff</c>; http to this machine only.</summary>
    public string Authority { get; set; } = "";

    /// <summary>The name under which the provider knows this service.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Better given as environment Recorder__Accounts__Oidc__0__ClientSecret. Empty for a public client; PKCE is always used.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>What people read on the button; the provider's host where empty.</summary>
    [MaxLength(60)]
    public string Name { get; set; } = "";

    /// <summary>Address of these pages as browsers know it, e.g. <c>https://archive.example.edu</c>. Empty: as the request says, by way of a trusted proxy.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>Words to ask for beside openid and email, e.g. profile for the display name.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Seconds for one question to the provider.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; set; } = 15;
}
