using Recorder.Completeness.Hours;

namespace Recorder.Web.Pages;

/// <summary>What was handed over in each hour, and what became of it.</summary>
internal static class CompletenessPages
{
    public const int FewHours = 48, ManyHours = 168;

    public static void MapCompletenessPages(this IEndpointRouteBuilder routes) => routes.MapGet("/admin/completeness", Show);

    private static IResult Show(HttpContext http, ICompleteness completeness, int? hours) => PageResult.Of<CompletenessPage>(new
    {
        Frame = PageFrame.For(http, "completeness"), completeness.Report, Hours = hours == ManyHours ? ManyHours : FewHours,
    });
}
