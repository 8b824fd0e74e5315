using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Recorder.Web.Security;

namespace Recorder.Web.Api;

/// <summary>The description of the API at <c>/openapi/v1.json</c>: complete enough to make a client from.</summary>
internal static class OpenApiSetup
{
    private const string Bearer = "bearer";

    public static void AddRecorderOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = route => ("/" + route.RelativePath).StartsWith(ApiPaths.Root, StringComparison.Ordinal);
        options.AddDocumentTransformer((document, _, _) =>
        {
            Describe(document);
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Recorder",
            Version = "v1",
            Description = "Find recorded mail and have it sent to your mailbox again. Errors are problem documents (RFC 9457) with a stable member \"code\".",
        };
        // Where the service is reached is the reader's knowledge, not the document's.
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
    }
}
