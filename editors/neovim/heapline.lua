-- Heapline in Neovim, 0.7 or newer. Copy this file to ~/.config/nvim/lua/heapline.lua and put in init.lua:
--
--   require("heapline").setup()
--
-- or, with settings (docs/settings.md has them all):
--
--   require("heapline").setup({ settings = { reports = { "tmp/heap-*.json" }, threshold = { bytes = 50000 } } })

local M = {}

local config = { cmd = { "heapline", "serve" }, filetypes = { "ruby", "ruby-memory-report" }, settings = {} }
local root_marks = { ".heapline.toml", "Gemfile", ".git" }
local started = {} -- client ids by root folder, for Neovim 0.7, which cannot find them again before they are ready

-- How a line near the beginning of a report looks, tool by tool.
local report_marks = {
  "^Total allocated",
  "^TOP: [%d.]+ MiB",
  "^==%d+== Memcheck",
  "^Analyzing Heap$",
  "^path\tline\t",
  "^Allocated %u+ %d+ objects of size ",
  "^Retained %u+ %d+ objects of size ",
  '^{%["[^"]+", %d',
  '^{"[^"]+" ?=> ?$',
  '^{"[^"]+" ?=> ?{"',
  "^leaks Report Version",
  "ERROR: LeakSanitizer",
}

-- Gives a text the file type ruby-memory-report if it is one.
local function recognise(bufnr)
  local options = vim.bo[bufnr]
  if options.buftype ~= "" or not vim.tbl_contains({ "", "text", "log", "conf" }, options.filetype) then
    return
  end
  for _, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, 50, false)) do
    for _, mark in ipairs(report_marks) do
      if line:find(mark) then
        options.filetype = "ruby-memory-report"
        return
      end
    end
  end
end

local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  for _, mark in ipairs(root_marks) do
    for _, find in ipairs({ vim.fn.findfile, vim.fn.finddir }) do
      local found = find(mark, vim.fn.fnameescape(folder) .. ";")
      if found ~= "" then
        return vim.fn.fnamemodify(found, ":p"):gsub("/$", ""):match("(.*)/")
      end
    end
  end
  return folder
end

-- Draws the lenses of a buffer anew; Neovim itself leaves the old ones standing when there are none any more.
local function refresh_lenses(client_id, bufnr)
  if vim.lsp.codelens.clear then
    vim.lsp.codelens.clear(client_id, bufnr)
  else
    vim.api.nvim_buf_clear_namespace(bufnr, vim.api.nvim_create_namespace("vim_lsp_codelens:" .. client_id), 0, -1)
  end
  vim.api.nvim_buf_call(bufnr, function()
    vim.lsp.codelens.refresh({ bufnr = bufnr })
  end)
end

local function on_refresh_request(_, _, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    refresh_lenses(context.client_id, bufnr)
  end
  return vim.NIL
end

local function client_config(root)
  local capabilities = vim.lsp.protocol.make_client_capabilities()
  capabilities.workspace.codeLens = { refreshSupport = true } -- on_refresh_request is that support
  capabilities.window.showDocument = { support = false } -- M.holders opens the page, in every version alike
  return {
    name = "heapline",
    cmd = config.cmd,
    root_dir = root,
    capabilities = capabilities,
    init_options = vim.tbl_isempty(config.settings) and vim.empty_dict() or config.settings,
    handlers = { ["workspace/codeLens/refresh"] = on_refresh_request },
    on_attach = function(client, bufnr)
      refresh_lenses(client.id, bufnr)
    end,
    on_exit = function()
      started[root] = nil
    end,
  }
end

-- Starts the server for the file's root folder, or joins the one that runs.
local function start(bufnr)
  local root = root_of(vim.api.nvim_buf_get_name(bufnr))
  if vim.lsp.start then
    vim.lsp.start(client_config(root), { bufnr = bufnr })
    return
  end
  started[root] = started[root] or vim.lsp.start_client(client_config(root))
  if started[root] then
    vim.lsp.buf_attach_client(bufnr, started[root])
  end
end

-- Has the server execute a command; gives its answer to on_result.
local function execute(command, arguments, on_result)
  for _, client in ipairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == "heapline" then
      client.request("workspace/executeCommand", { command = command, arguments = arguments }, function(err, result)
        if err then
          vim.notify("heapline: " .. err.message, vim.log.levels.ERROR)
        else
          on_result(result)
        end
      end)
      return
    end
  end
  vim.notify("heapline: not running; open a Ruby file or a report first", vim.log.levels.WARN)
end

local function describe(report)
  local name = vim.fn.fnamemodify(report.path, ":~:.")
  return ("heapline: %s: %d of its %d lines are in this workspace"):format(name, report.placedSites, report.sites)
end

-- Loads a heap dump or a memory_profiler report.
function M.load(file)
  execute("heapline.load", { vim.fn.fnamemodify(file, ":p") }, function(report)
    if report and report ~= vim.NIL then -- what went wrong was said by the server
      vim.notify(describe(report))
    end
  end)
end

-- Takes all numbers away.
function M.unload()
  execute("heapline.unload", {}, function(count)
    vim.notify(("heapline: unloaded %d"):format(count))
  end)
end

-- Looks for reports that changed or appeared.
function M.reload()
  execute("heapline.reload", {}, function(reports)
    vim.notify(#reports == 0 and "heapline: nothing is loaded" or table.concat(vim.tbl_map(describe, reports), "\n"))
  end)
end

-- Opens a page with what holds the objects of a line (1-based; default: the cursor's).
function M.holders(uri, line)
  uri = uri or vim.uri_from_bufnr(0)
  line = line or vim.api.nvim_win_get_cursor(0)[1]
  execute("heapline.showHolders", { uri, line }, function(page)
    if page and page ~= vim.NIL then
      vim.cmd("split " .. vim.fn.fnameescape(vim.uri_to_fname(page.uri)))
    end
  end)
end

-- Opens the row of a report that speaks of a line: what the code action "Show in report" does.
local function show_in_report(arguments)
  execute("heapline.showInReport", arguments, function(row)
    if row and row ~= vim.NIL then
      vim.cmd("split " .. vim.fn.fnameescape(vim.uri_to_fname(row.uri)))
      vim.api.nvim_win_set_cursor(0, { row.range.start.line + 1, row.range.start.character })
    end
  end)
end

-- Options: cmd, filetypes, settings.
function M.setup(options)
  config = vim.tbl_extend("force", config, options or {})
  -- A lens and a code action run this command.
  vim.lsp.commands["heapline.showHolders"] = function(command)
    M.holders(unpack(command.arguments))
  end
  vim.lsp.commands["heapline.showInReport"] = function(command)
    show_in_report(command.arguments)
  end
  local group = vim.api.nvim_create_augroup("heapline", {})
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = config.filetypes,
    callback = function(event)
      start(event.buf)
    end,
  })
  -- A report that is opened, or pasted. Setting the file type has the autocommand above start the server.
  vim.api.nvim_create_autocmd({ "BufReadPost", "TextChanged", "InsertLeave" }, {
    group = group,
    nested = true,
    callback = function(event)
      recognise(event.buf)
    end,
  })
  for name, action in pairs({ Unload = M.unload, Reload = M.reload, Holders = M.holders }) do
    vim.api.nvim_create_user_command("Heapline" .. name, function()
      action()
    end, {})
  end
  vim.api.nvim_create_user_command("HeaplineLoad", function(command)
    M.load(command.args)
  end, { nargs = 1, complete = "file" })
end

return M
