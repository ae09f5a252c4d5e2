# ordo_add_plugin(<id>
#   SOURCES <file>...
#   [VERSION <1.0.0>]                 default: the project's version, else 1.0.0
#   [KIND extension|store]            default: extension
#   [REQUIRES <id>...]                started before this one
#   [CONFLICTS <id>...]               never loaded together with this one
#   [ORDER_TYPES <post type>...]      post types that this plugin makes order types
#   [CUSTOM_ORDER_TABLES ON|OFF]      declares compatibility with HPOS; absent: uncertain, which keeps HPOS off
#   [SETTINGS <name>:<type>:<default>...]   type: text, integer, number or flag
#   [LINK <target>...])
#
# Builds the shared library <id>.so and writes the manifest <id>.toml beside it.
function(ordo_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "VERSION;KIND;CUSTOM_ORDER_TABLES" "SOURCES;REQUIRES;CONFLICTS;ORDER_TYPES;SETTINGS;LINK")
  if(NOT id MATCHES "^[a-z0-9][a-z0-9-]*$")
    message(FATAL_ERROR "ordo_add_plugin: an id has lower-case letters, digits and hyphens: ${id}")
  endif()
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "ordo_add_plugin(${id}): needs SOURCES; not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_VERSION)
    set(arg_VERSION ${PROJECT_VERSION})
    if(NOT arg_VERSION)
      set(arg_VERSION 1.0.0)
    endif()
  endif()
  if(NOT arg_KIND)
    set(arg_KIND extension)
  endif()

  add_library(${id} MODULE ${arg_SOURCES})
  target_link_libraries(${id} PRIVATE Ordo::sdk ${arg_LINK})
  # No unique symbols: they would pin the library in the process for ever.
  target_compile_options(${id} PRIVATE -fno-gnu-unique)
  set_target_properties(${id} PROPERTIES PREFIX "" OUTPUT_NAME ${id} CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  set(directory ${CMAKE_CURRENT_BINARY_DIR})
  if(ORDO_PLUGIN_OUTPUT_DIRECTORY)
    set(directory ${ORDO_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  set_target_properties(${id} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${directory})

  set(manifest "id = \"${id}\"\nversion = \"${arg_VERSION}\"\nkind = \"${arg_KIND}\"\n")
  foreach(list IN ITEMS REQUIRES CONFLICTS ORDER_TYPES)
    if(arg_${list})
      string(TOLOWER ${list} key)
      list(JOIN arg_${list} "\", \"" items)
      string(APPEND manifest "${key} = [\"${items}\"]\n")
    endif()
  endforeach()
  if(DEFINED arg_CUSTOM_ORDER_TABLES)
    if(arg_CUSTOM_ORDER_TABLES)
      string(APPEND manifest "\n[compatibility]\ncustom_order_tables = true\n")
    else()
      string(APPEND manifest "\n[compatibility]\ncustom_order_tables = false\n")
    endif()
  endif()
  foreach(setting IN LISTS arg_SETTINGS)
    if(NOT setting MATCHES "^([a-z0-9_]+):(text|integer|number|flag):(.*)$")
      message(FATAL_ERROR "ordo_add_plugin(${id}): a setting is <name>:<text|integer|number|flag>:<default>: ${setting}")
    endif()
    set(name ${CMAKE_MATCH_1})
    set(type ${CMAKE_MATCH_2})
    set(default ${CMAKE_MATCH_3})
    if(type STREQUAL "text")
      set(default "\"${default}\"")
    endif()
    string(APPEND manifest "\n[settings.${name}]\ntype = \"${type}\"\ndefault = ${default}\n")
  endforeach()
  file(GENERATE OUTPUT ${directory}/${id}.toml CONTENT "${manifest}")
  set_target_properties(${id} PROPERTIES ORDO_MANIFEST ${directory}/${id}.toml)
endfunction()
