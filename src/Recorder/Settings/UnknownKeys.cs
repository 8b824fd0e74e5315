using System.Collections;
using System.Reflection;

namespace Recorder.Settings;

/// <summary>A mistyped key would silently leave a default in force, so it stops the start instead.</summary>
internal static class UnknownKeys
{
    /// <exception cref="SettingsException">Names the key and, where one is near, the right one.</exception>
    public static void Refuse(IConfigurationSection root)
    {
        foreach (var section in root.GetChildren())
        {
            var known = SettingsCatalog.Sections.FirstOrDefault(candidate => Same(candidate.Name, section.Key))
                ?? throw Unknown(section.Path, section.Key, SettingsCatalog.Sections.Select(candidate => candidate.Name));
            if (section.Value is { Length: > 0 }) throw new SettingsException(section.Path, $"is a section with settings in it, not a value like '{section.Value}'");
            foreach (var holder in known.IsList ? section.GetChildren() : [section])
            {
                RefuseNames(holder, known);
                RefuseProperties(holder, known.Type);
            }
        }
    }

    private static void RefuseNames(IConfigurationSection holder, SettingsSection known)
    {
        if (known.IsList && !int.TryParse(holder.Key, out _))
        {
            throw new SettingsException(holder.Path, $"{known.Name} is a list: write {known.Name}:0:{holder.Key}");
        }
    }

    private static void RefuseProperties(IConfigurationSection holder, Type options)
    {
        var names = options.GetProperties().Where(property => property.CanWrite).ToList();
        foreach (var key in holder.GetChildren())
        {
            var property = names.FirstOrDefault(candidate => Same(candidate.Name, key.Key))
                ?? throw Unknown(key.Path, key.Key, names.Select(candidate => candidate.Name));
            if (SettingsCatalog.GroupListOf(property) is { } group) RefuseGroups(key, group);
            else if (!SettingsCatalog.IsGroup(property)) RefuseDepth(key, property);
            else if (key.Value is { Length: > 0 }) throw new SettingsException(key.Path, $"is a group: write {key.Path}:{property.PropertyType.GetProperties()[0].Name}={key.Value}");
            else RefuseProperties(key, property.PropertyType);
        }
    }

    private static void RefuseGroups(IConfigurationSection list, Type group)
    {
        if (list.Value is { Length: > 0 }) throw new SettingsException(list.Path, $"is a list of groups: write {list.Path}:0:{group.GetProperties()[0].Name}=…");
        foreach (var child in list.GetChildren())
        {
            if (!int.TryParse(child.Key, out _)) throw new SettingsException(child.Path, $"{list.Key} is a list: write {list.Path}:0:{child.Key}");
            RefuseProperties(child, group);
        }
    }

    private static void RefuseDepth(IConfigurationSection key, PropertyInfo property)
    {
        var isList = property.PropertyType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(property.PropertyType);
        var children = key.GetChildren().ToList();
        if (!isList && children.Count > 0)
        {
            throw new SettingsException(children[0].Path, $"{property.Name} takes one value, nothing below it");
        }

        if (isList && key.Value is { Length: > 0 })
        {
            throw new SettingsException(key.Path, $"is a list: write {key.Path}:0={key.Value}");
        }
    }

    private static SettingsException Unknown(string path, string key, IEnumerable<string> candidates)
    {
        var names = candidates.ToList();
        var nearest = names.MinBy(name => Distance(name.ToLowerInvariant(), key.ToLowerInvariant()))!;
        var near = Distance(nearest.ToLowerInvariant(), key.ToLowerInvariant()) <= Math.Max(2, key.Length / 3);
        return new SettingsException(path, near
            ? $"unknown setting; did you mean {nearest}?"
            : $"unknown setting; known here: {string.Join(", ", names)}");
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>Levenshtein distance, one row at a time.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
