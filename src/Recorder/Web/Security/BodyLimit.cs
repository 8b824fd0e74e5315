using Microsoft.AspNetCore.Http.Features;

namespace Recorder.Web.Security;

/// <summary>Lets one route take a longer request than the others.</summary>
internal sealed record BodyLimit(long Bytes)
{
    /// <summary>A hundred thousand entries with notes.</summary>
    public const long ListFile = 32 * 1024 * 1024;

    /// <summary>After it is known who asks, and that they may.</summary>
    public static Task Raise(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() is { Bytes: var bytes } && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = bytes;
        }

        return next(http);
    }
}
