"""From host.json to a program and its arguments: %VAR%, joining, and how .NET splits the line again (contract 1.4, 2.1)."""
import re


def expand(text, environment):
    """Replaces %NAME% where there is such a variable, as .NET does; a name without one stays, and its second % may begin the next."""
    parts = text.split('%')
    out, index = parts[0], 1
    while index < len(parts):
        if index < len(parts) - 1 and parts[index] in environment:
            out += environment[parts[index]] + parts[index + 1]
            index += 2
        else:
            out += '%' + parts[index]
            index += 1
    return out


def argument_line(description, environment, handler_variables):
    """The one line of arguments that the host makes. Nothing is quoted but the worker's path."""
    line = ''.join(' ' + expand(argument, environment) for argument in description.arguments)
    if description.worker_path:
        line += f' "{expand(description.worker_path, environment)}"'
    line += ''.join(' ' + expand(argument, environment) for argument in description.worker_arguments)
    return re.sub('%.*?%', '', expand(line, handler_variables))


def split(line):
    """The arguments of a line, by .NET's rules on Unix: blanks divide, double quotes group, a backslash counts before a quote only."""
    arguments, current, begun, quoted, index = [], '', False, False, 0
    while index < len(line):
        if line[index] == '\\':
            end = index
            while end < len(line) and line[end] == '\\':
                end += 1
            slashes, begun, index = end - index, True, end
            if end < len(line) and line[end] == '"':
                current += '\\' * (slashes // 2)
                if slashes % 2:
                    current, index = current + '"', end + 1
            else:
                current += '\\' * slashes
        elif line[index] == '"':
            begun = True
            if quoted and line[index + 1:index + 2] == '"':
                current, index = current + '"', index + 1
            else:
                quoted = not quoted
            index += 1
        elif line[index] in ' \t' and not quoted:
            if begun:
                arguments.append(current)
            current, begun, index = '', False, index + 1
        else:
            current, begun, index = current + line[index], True, index + 1
    return arguments + [current] if begun else arguments


def executable(description, environment, handler_variables):
    """The program: as it is if it is rooted, the file of that name in the worker's directory, or a name for the system to look up."""
    name = re.sub('%.*?%', '', expand(expand(description.executable, environment), handler_variables))
    beside = description.worker_directory / name
    return str(beside) if beside.is_file() else name
