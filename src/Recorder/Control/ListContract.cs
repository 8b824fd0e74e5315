namespace Recorder.Control;

/// <summary>Whose list: a domain's, an account's, or with neither the site's.</summary>
public sealed record ListPlaceRequest(string? Domain = null, string? Account = null);

/// <param name="Kind">allow or block.</param>
/// <param name="Expires">A day, to its end in UTC, or a moment; null: never.</param>
public sealed record ListEntryWish(
    ListPlaceRequest Place, string Kind, string Pattern, string? Comment = null, string? Expires = null, bool Enforced = false);

public sealed record ListRemoval(ListPlaceRequest Place, string Pattern);

/// <param name="Kind">allow or block, of lines that are an address alone.</param>
/// <param name="Text">Lines of a list file; a large file comes in several pieces.</param>
public sealed record ListPiece(ListPlaceRequest Place, string Kind, string Text);

/// <param name="Kind">allow or block.</param>
/// <param name="Shown">The pattern as people read it; equal to it but for internationalised domains.</param>
public sealed record ListEntryRow(
    string Kind, string Pattern, string Shown, string? Comment, DateTimeOffset? ExpiresAt, bool IsEnforced, DateTimeOffset CreatedAt, string CreatedBy,
    long Hits, DateTimeOffset? LastHit);
